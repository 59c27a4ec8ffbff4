import { assert, describe, it } from "@effect/vitest"
import {
  type Action,
  allow,
  deny,
  type Grants,
  hasOwner,
  inForce,
  may,
  none,
  roleOf
} from "../../../src/domain/chat/Grants.ts"

const ada = { person_id: "ada", roles: ["r1", "r2"] }
const grants = (change: Partial<Record<"owners" | "members", Partial<Grants["owners"]>>>): Grants => ({
  owners: { ...none.owners, ...change.owners },
  members: { ...none.members, ...change.members }
})
const ownerByUser = grants({ owners: { users: ["ada"] } })
const ownerByRole = grants({ owners: { roles: ["r2"] } })
const memberByUser = grants({ members: { users: ["ada"] } })
const memberByRole = grants({ members: { roles: ["r1"] } })

describe("Grants", () => {
  it("give nobody a role by themselves", () => {
    assert.isUndefined(roleOf(ada))
    assert.isUndefined(roleOf(ada, none, none))
    assert.isUndefined(roleOf({ person_id: "ada", roles: [] }, ownerByRole, memberByRole))
  })

  it("give the better role of all that a person has, by user or by role, whatever their source", () => {
    const table: ReadonlyArray<readonly [ReadonlyArray<Grants>, "owner" | "member"]> = [
      [[ownerByUser], "owner"],
      [[ownerByRole], "owner"],
      [[memberByUser], "member"],
      [[memberByRole], "member"],
      [[memberByUser, ownerByRole], "owner"],
      [[ownerByUser, memberByRole], "owner"],
      [[none, memberByRole], "member"],
      [[none, none, ownerByUser], "owner"]
    ]
    for (const [sources, role] of table) assert.strictEqual(roleOf(ada, ...sources), role)
  })

  it("let members do everything but change who may do what", () => {
    const actions: ReadonlyArray<Action> = ["read", "write", "manage", "grant"]
    const table = {
      owner: [true, true, true, true],
      member: [true, true, true, false],
      nobody: [false, false, false, false]
    }
    assert.deepStrictEqual(
      actions.map((action) => may("owner", action)),
      table.owner
    )
    assert.deepStrictEqual(
      actions.map((action) => may("member", action)),
      table.member
    )
    assert.deepStrictEqual(
      actions.map((action) => may(undefined, action)),
      table.nobody
    )
  })

  it("of a thread are its channel's until it has some of its own, even empty ones", () => {
    assert.deepStrictEqual(inForce({}, ownerByUser), ownerByUser)
    assert.deepStrictEqual(inForce(memberByUser, ownerByUser), memberByUser)
    assert.deepStrictEqual(inForce(none, ownerByUser), none)
    assert.deepStrictEqual(inForce({}, {}), none)
  })

  it("give one role and take the other, and take both", () => {
    const member = allow(ownerByUser, "user", "ada", "member")
    assert.deepStrictEqual(member, memberByUser)
    assert.deepStrictEqual(allow(member, "user", "ada", "owner"), ownerByUser)
    assert.deepStrictEqual(allow(allow(none, "role", "r1", "member"), "role", "r1", "member"), memberByRole)
    assert.deepStrictEqual(deny(ownerByUser, "user", "ada"), none)
    assert.deepStrictEqual(deny(ownerByUser, "role", "ada"), ownerByUser)
    assert.isTrue(hasOwner(ownerByRole))
    assert.isFalse(hasOwner(memberByUser))
    assert.isFalse(hasOwner({}))
  })
})
