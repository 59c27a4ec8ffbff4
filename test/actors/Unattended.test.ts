/** Runs that nobody attends are not asked about: what they may not do is denied at once, and said. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { UnattendedPermissions } from "../../src/domain/Channel.ts"
import { MessageId } from "../../src/domain/Ids.ts"
import * as Words from "../../src/domain/permissions/Words.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { add, ran } from "../support/Chores.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking, permission } from "../support/Scripts.ts"

const { asked, decide, ended, house, pass, post, room, runs, said } = House

const denied = (task: number | null, tool: string | null = "Bash") => Words.unattended(tool, task)

/** A room with a rule for `ls`, whose task asks for it. */
const opened = Effect.fnUntraced(function* (policy?: UnattendedPermissions) {
  const outside = yield* Outside
  outside.when("may I", asking())
  outside.when("look", asking())
  const here = yield* room("room", policy === undefined ? {} : { unattended_permissions: policy })
  yield* post(here, "may I")
  yield* decide(yield* asked(here), "allow_always")
  yield* ended(here)
  return { outside, here }
})

describe("A task", () => {
  it.effect("is denied what needs a click, also by a rule, at once; its channel and the audit log are told once", () =>
    house(
      Effect.gen(function* () {
        const { outside, here } = yield* opened()
        outside.when("look", (_, stage) =>
          stage.ask(permission()).pipe(
            Effect.andThen(stage.ask(permission())),
            Effect.flatMap((answer) => stage.say(answer._tag === "Deny" ? answer.message : answer._tag))
          )
        )
        const id = yield* add(here, { session: "channel" })
        yield* pass(600, 60)
        yield* ran(id)
        const { agent, aloud } = denied(id)
        assert.deepStrictEqual((yield* runs(here)).map(({ status, result }) => [status, result]).at(-1), [
          "completed",
          agent
        ])
        assert.deepStrictEqual((yield* said(here)).filter((text) => text === aloud).length, 1)
        assert.include(aloud, `task #${id} began this run`)
        const acts = yield* Audit.use((audit) => audit.list({ limit: 20 }))
        assert.deepStrictEqual(
          acts
            .filter(({ action }) => action === "approval.unattended")
            .map(({ actor_kind, detail, outcome }) => [actor_kind, detail, outcome])[0],
          ["system", { tool: "Bash", policy: "deny" }, "denied"]
        )
      })
    )
  )

  it.effect("may use what is always allowed where that is said, and nothing else", () =>
    house(
      Effect.gen(function* () {
        const { outside, here } = yield* opened("allow_listed")
        outside.when("look", (_, stage) =>
          Effect.all([stage.ask(permission()), stage.ask(permission("Write"))]).pipe(
            Effect.flatMap((answers) => stage.say(answers.map(({ _tag }) => _tag).join(", ")))
          )
        )
        const id = yield* add(here, { session: "channel" })
        yield* pass(600, 60)
        yield* ran(id)
        assert.deepStrictEqual((yield* said(here)).slice(1), [denied(id, "Write").aloud])
        assert.strictEqual((yield* runs(here)).at(-1)?.result, "Allow, Deny")
      })
    )
  )

  it.effect("asks as anybody does where that is said", () =>
    house(
      Effect.gen(function* () {
        const { here } = yield* opened("ask")
        const id = yield* add(here, { session: "channel", prompt: "other" })
        const outside = yield* Outside
        outside.when("other", asking(permission("Write")))
        yield* pass(600, 60)
        yield* decide(yield* asked(here), "allow")
        yield* ran(id)
        assert.strictEqual((yield* runs(here)).at(-1)?.result, "Allow")
      })
    )
  )

  it.effect("that nobody answers in time is denied aloud, also before its thread is there", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", (_, stage) => Effect.asVoid(stage.ask(permission())))
        const here = yield* room("room", { unattended_permissions: "ask" })
        const id = yield* add(here)
        yield* pass(600, 60)
        yield* asked(here)
        yield* pass(901, 30)
        yield* ran(id)
        assert.include((yield* said(here)).join("\n"), "Nobody answered within 15 minutes, so it was denied.")
        const acts = yield* Audit.use((audit) => audit.list({ limit: 20 }))
        assert.deepInclude(
          acts.find(({ action }) => action === "approval.decide"),
          { actor_kind: "system", detail: { decision: "expired" } }
        )
      })
    )
  )
})

describe("A webhook's run", () => {
  it.effect("is denied what needs a click, a plan too, until a person takes part", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("webhook ci: called", asking())
        outside.when("by a person", asking())
        outside.when("webhook ci: planned", asking({ _tag: "Plan", toolUseId: "t", plan: "1. Leap", input: {} }))
        const { channel_id } = yield* room("room")
        const call = (content: string) =>
          Conversations.use((all) =>
            all.post(
              { kind: "hook", name: "ci", channel_id },
              { channel_id, content, message_id: MessageId.make(content), author_name: "webhook ci" }
            )
          )
        yield* call("called")
        yield* ended({ channel_id })
        yield* call("planned")
        yield* ended({ channel_id }, 2)
        assert.deepStrictEqual(yield* said({ channel_id }), [
          denied(null).aloud,
          `Denied: ${denied(null).agent}`,
          denied(null, null).aloud,
          `Denied: ${denied(null, null).agent}`
        ])
        yield* post({ channel_id }, "by a person")
        assert.strictEqual((yield* asked({ channel_id })).status, "pending")
      })
    )
  )
})
