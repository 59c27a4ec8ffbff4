/** What is always allowed, as it is found. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Rule } from "../../../src/domain/permissions/Rule.ts"
import type { ApprovalId } from "../../../src/domain/Ids.ts"
import { PermissionRules } from "../../../src/services/PermissionRules.ts"
import { fresh, openRoom, other, room } from "./support.ts"

it.effect("A rule holds for its tool, its kind and its value in its channel, until it is revoked", () =>
  Effect.gen(function* () {
    yield* openRoom()
    const rules = yield* PermissionRules
    const rule: Rule = { tool: "Read", kind: "file", value: "/a" }
    const approval_id = "a1" as ApprovalId
    yield* rules.add({ rule_id: "r1", channel_id: room, rule, approval_id, made_at: 1, made_by: "Ada" })
    const holds = (over: Partial<Rule>, channel = room) =>
      Effect.map(rules.find([channel], { ...rule, ...over }), (found) => found !== undefined)
    assert.isTrue(yield* holds({}))
    for (const over of [{ tool: "Write" }, { kind: "input" }, { value: "/a/b" }, { value: "/" }] as const) {
      assert.isFalse(yield* holds(over), JSON.stringify(over))
    }
    assert.isFalse(yield* holds({}, other))
    assert.isTrue(yield* rules.revoke("r1", "Ada"))
    assert.isFalse(yield* holds({}))
    assert.isFalse(yield* rules.revoke("r1", "Ada"))
  }).pipe(Effect.provide(fresh))
)
