/** Clicks on buttons: decisions that last, answered whenever and by whomever they come. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ButtonIds from "../../src/domain/chat/ButtonIds.ts"
import * as ReplyText from "../../src/domain/chat/ReplyText.ts"
import type { AgentRequest } from "../../src/domain/AgentEvent.ts"
import { RunId } from "../../src/domain/Ids.ts"
import type { Person, Place } from "../../src/services/ChatPlatform.ts"
import { PermissionRules } from "../../src/services/PermissionRules.ts"
import { TaskControl } from "../../src/services/TaskControl.ts"
import { answerOf, commandHouse, face } from "../support/Commanding.ts"
import * as House from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import { ada, bob, contents, eve, general, grants, says, writes } from "../support/People.ts"
import { asking, permission, working } from "../support/Scripts.ts"

const { approvalOf, asked, ended, owner, prompted, said, serving, settle } = House

type More = { readonly person?: Person; readonly text?: string; readonly message?: string }

const click = (where: Place, button: string, more: More = {}) =>
  Effect.flatMap(Outside, ({ chat }) =>
    answerOf(Effect.map(chat.click(where, button, { person: bob, ...more }), ({ answers }) => answers))
  )

const questions: AgentRequest = {
  _tag: "Question",
  toolUseId: "t1",
  questions: [
    { question: "Which colour?", options: ["red", "blue"], multiple: false },
    { question: "How many?", options: ["one", "two"], multiple: false }
  ],
  input: {}
}

describe("A click on Stop", () => {
  it.effect("ends that run and no other, and one that comes too late is told so", () =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("one", working().script)
        world.when("two", working().script)
        const here = yield* general
        yield* says(here, "!loop one")
        yield* prompted("one")
        const [first] = yield* House.runs(here)
        const stop = ButtonIds.stop(first?.run_id ?? RunId.make("none"))
        assert.deepInclude(yield* click(here, stop), { text: "Stopped.", private: true })
        assert.strictEqual((yield* ended(here)).status, "stopped")
        yield* says(here, "!loop two")
        yield* prompted("two")
        assert.match((yield* click(here, stop)).text, /over already/)
        assert.strictEqual((yield* House.runs(here)).at(-1)?.status, "running")
        assert.match((yield* click(here, ButtonIds.stop(RunId.make("none")))).text, /There is no run none/)
      })
    )
  )
})

describe("A click on an approval", () => {
  const decide = (action: "allow" | "always" | "deny") =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("may I", asking())
        const here = yield* general
        yield* says(here, "!loop may I")
        const approval = yield* asked(here)
        const button = ButtonIds.decision(action, approval.approval_id)
        const denied = yield* click(here, button, { person: eve })
        assert.match(denied.text, /^⛔/)
        assert.isTrue(denied.private)
        assert.strictEqual((yield* approvalOf(approval))?.status, "pending")
        if (action === "always") {
          assert.match((yield* click(here, button)).text, /Only an owner/)
          assert.strictEqual((yield* approvalOf(approval))?.status, "pending")
        }
        const by = action === "always" ? ada : bob
        const text = (yield* click(here, button, { person: by })).text
        yield* ended(here)
        assert.deepInclude(yield* approvalOf(approval), { decided_by: by.name })
        const late = yield* click(here, ButtonIds.decision("deny", approval.approval_id))
        assert.match(late.text, /^That was answered already: it is (allowed|allowed_always|denied)\.$/)
        const rules = yield* PermissionRules.use((all) => all.list([here.channel_id]))
        return { text, said: (yield* said(here)).at(-1), rules }
      })
    )

  it.effect("allows once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* decide("allow"), { text: "Allowed.", said: "Allow", rules: [] })
    })
  )
  it.effect("allows from now on, where an owner clicks", () =>
    Effect.gen(function* () {
      const { rules, text } = yield* decide("always")
      assert.strictEqual(text, "Allowed, from now on always.")
      assert.deepInclude(rules[0], { made_by: "Ada", rule: { tool: "Bash", kind: "command", value: "ls" } })
    })
  )
  it.effect("denies", () =>
    Effect.gen(function* () {
      const denied = yield* decide("deny")
      assert.deepStrictEqual([denied.text, denied.said], ["Denied.", "Denied: The user denied this."])
    })
  )

  it.effect("counts after a restart", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.when("may I", asking(permission()))
      const here = yield* general
      const approval = yield* serving(
        Effect.gen(function* () {
          yield* says(here, "!loop may I")
          return yield* asked(here)
        }).pipe(Effect.provide(face))
      )
      yield* serving(
        Effect.gen(function* () {
          yield* settle
          assert.strictEqual((yield* click(here, ButtonIds.decision("allow", approval.approval_id))).text, "Allowed.")
          assert.strictEqual((yield* ended(here)).status, "completed")
          assert.strictEqual((yield* said(here)).at(-1), "Allow")
        }).pipe(Effect.provide(face))
      )
    }).pipe(
      Effect.provide(
        outsideLayer({ platforms: ["local", "discord"], discord_token: "t", discord_app_id: "1", ...grants })
      )
    )
  )
})

describe("A click on an answer", () => {
  it.effect("is kept until all questions have theirs; the last one counts, and words of one's own do too", () =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        let heard: unknown
        world.when("ask", (_, stage) =>
          Effect.flatMap(stage.ask(questions), (answer) => {
            heard = answer
            return stage.say("thanks")
          })
        )
        const here = yield* general
        yield* says(here, "!loop ask")
        const { approval_id } = yield* asked(here)
        const one = yield* click(here, ButtonIds.option(approval_id, 0))
        assert.deepInclude(one, { text: "Noted. 1 more question waits for an answer.", private: true })
        yield* click(here, ButtonIds.option(approval_id, 1))
        assert.match((yield* click(here, ButtonIds.option(approval_id, 9))).text, /no longer asked/)
        assert.match((yield* click(here, ButtonIds.answer(approval_id, 1), { text: " " })).text, /The answer is empty/)
        const last = yield* click(here, ButtonIds.answer(approval_id, 1), { text: "three of them" })
        assert.strictEqual(last.text, "Answered.")
        yield* ended(here)
        assert.deepInclude(heard as object, {
          _tag: "Answers",
          answers: { "Which colour?": "blue", "How many?": "three of them" }
        })
        const late = yield* click(here, ButtonIds.option(approval_id, 0))
        assert.match(late.text, /^That was answered already/)
      })
    )
  )
})

describe("A click on Retry", () => {
  it.effect("says the run's messages again, once however often it is clicked, and takes the button away", () =>
    commandHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* says(here, "!loop one")
        const run = yield* ended(here)
        const card = yield* writes(here, "It failed.", { own: true })
        const { answers, changes } = yield* chat.click(here, ButtonIds.retry(run.run_id), { message: card.id })
        const second = yield* click(here, ButtonIds.retry(run.run_id))
        yield* ended(here, 2)
        yield* settle
        assert.deepStrictEqual([answers[0]?.post.content, second.text].toSorted(), [
          "It is tried again.",
          "That was tried again already."
        ])
        assert.deepStrictEqual(yield* contents(here), ["one", "one"])
        assert.deepStrictEqual(changes, [{ content: "It failed.", buttons: [] }])
      })
    )
  )
})

describe("A click on Resume", () => {
  it.effect("turns the task on, leaves it on, is for those who may write there, and takes the button away", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* says(here, "!loop one")
        yield* ended(here)
        const tasks = yield* TaskControl
        const draft = { channel_id: here.channel_id, type: "interval", schedule: "1h", prompt: "look" } as const
        const { task } = yield* tasks.add(owner, draft)
        yield* tasks.toggle(owner, task.task_id)
        for (let times = 0; times < 2; times++) {
          assert.match((yield* click(here, ButtonIds.resume(task.task_id))).text, /^Task 1 is enabled/)
        }
        assert.match((yield* click(here, ButtonIds.resume(99))).text, /99/)
        yield* tasks.toggle(owner, task.task_id)
        const denied = yield* click(here, ButtonIds.resume(task.task_id), { person: eve })
        assert.match(denied.text, /^⛔/)
        assert.isFalse((yield* tasks.get(owner, task.task_id)).task.enabled)
        const card = yield* writes(here, "It has paused itself.", { own: true })
        const { chat } = yield* Outside
        const { changes } = yield* chat.click(here, ButtonIds.resume(task.task_id), { person: bob, message: card.id })
        yield* settle
        assert.deepStrictEqual(changes, [{ content: "It has paused itself.", buttons: [] }])
      })
    )
  )
})

describe("A click on a button that nobody knows", () => {
  it.effect("is answered, too", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        const unknown = ["", "stop", "launch:1", "option:x", `stop:${"a".repeat(200)}`]
        for (const button of [
          ...unknown,
          "resume:0",
          "resume:x",
          "resume:01",
          "resume:1:1",
          `resume:${"9".repeat(16)}`
        ]) {
          assert.deepInclude(yield* click(here, button), { text: ReplyText.unknownButton, private: true })
        }
      })
    )
  )
})
