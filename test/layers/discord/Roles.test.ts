/** Grants to everybody. */
import { assert, describe, it } from "@effect/vitest"
import { rolesIn } from "../../../src/layers/discord/Roles.ts"

describe("The role of everybody", () => {
  it("is that of each person in the server, and of no bot, webhook or direct conversation", () => {
    const member = { roles: ["5"] }
    assert.deepStrictEqual(rolesIn("1", member, undefined), ["5", "1"])
    assert.deepStrictEqual(rolesIn("1", member, { bot: true }), ["5"])
    assert.deepStrictEqual(rolesIn("1", undefined, undefined), [])
    assert.deepStrictEqual(rolesIn(null, undefined, undefined), [])
  })
})
