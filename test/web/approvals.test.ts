import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ApprovalId, MessageId } from "../../src/domain/Ids.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, openRoom, wait } from "../support/Room.ts"

const question = (text: string, options: ReadonlyArray<string>, multiple = false) => ({
  question: text,
  options,
  multiple
})

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page", (it) => {
  it.effect("takes options, several of them, and words of one's own, by keyboard, once all is answered", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("questions")
      const { run } = yield* begin("run-questions", room.id)
      const questions = [
        question("Which colour?", ["red", "blue"]),
        question("Which parts?", ["lid", "box", "handle"], true),
        question("What name?", [])
      ]
      yield* askFor(run, "ask-all", { _tag: "Question", toolUseId: "t", questions, input: {} })
      yield* room.sees(".ask fieldset")
      const { page } = room
      const field = (name: string) => page.getByRole("group", { name })
      yield* wait(async () => {
        await field("Which colour?").getByLabel("Other…").check()
        await page.keyboard.type("green")
        await field("Which colour?").getByLabel("red").check()
        await field("Which parts?").getByLabel("lid").check()
        await field("Which parts?").getByLabel("Something else").fill("hinge")
        await page.keyboard.press("Enter")
        await page.getByText("Choose or write an answer first.").waitFor()
        await page.keyboard.type("Tin")
        await page.keyboard.press("Enter")
      })
      yield* room.sees(".ask[data-status=allowed] .answer", "lid, hinge")
      const stored = yield* Requests.use((all) => all.approval(ApprovalId.make("ask-all")))
      assert.deepStrictEqual(JSON.parse(stored?.message ?? ""), {
        "Which colour?": "red",
        "Which parts?": "lid, hinge",
        "What name?": "Tin"
      })
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("says who has decided", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("who")
      const { run } = yield* begin("run-who", room.id)
      const may = (id: string) => askFor(run, id, { _tag: "Permission", toolUseId: id, tool: "Bash", input: {} })
      yield* may("who-1")
      yield* may("who-2")
      yield* Requests.use((all) => all.decide(ApprovalId.make("who-1"), "allowed_always", null, "Ada"))
      yield* room.sees(".ask", "Allowed by Ada, now and later")
      yield* Requests.use((all) => all.decide(ApprovalId.make("who-2"), "denied", "too risky", "<i>$&Eve"))
      yield* room.sees(".ask", "Denied by <i>$&Eve: too risky")
    })
  )

  it.effect("decides what the button says: for always, not at all, not like this, no answer", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("verdicts")
      const { run } = yield* begin("run-verdicts", room.id)
      const press = (name: string) => wait(() => room.page.getByRole("button", { name, exact: true }).click())
      const denied = (count: number) =>
        wait(() =>
          room.page
            .locator(".ask[data-status=denied]")
            .nth(count - 1)
            .waitFor()
        )
      const may = (id: string, command: string) =>
        askFor(run, id, { _tag: "Permission", toolUseId: id, tool: "Bash", input: { command } })
      yield* may("v-always", "ls")
      yield* press("Always allow")
      yield* room.sees(".ask[data-status=allowed_always]")
      yield* may("v-deny", "rm \u202ea")
      yield* room.sees(".ask pre", "rm \\u{202e}a")
      yield* press("Deny")
      yield* denied(1)
      yield* askFor(run, "v-plan", { _tag: "Plan", toolUseId: "p", plan: "1. Look", input: {} })
      yield* press("Not like this")
      yield* denied(2)
      const questions = [{ question: "Why?", options: ["So"], multiple: false }]
      yield* askFor(run, "v-ask", { _tag: "Question", toolUseId: "q", questions, input: {} })
      yield* press("Do not answer")
      yield* denied(3)
    })
  )

  it.effect("shows what a task asks for, what was said aside and commands as what they are", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("kinds")
      const mailbox = yield* Messages
      const said = { channel_id: room.id, author_id: "u1", author_name: "Ada", attachments: [] }
      const id = (name: string) => ({ message_id: MessageId.make(name), content: `text of ${name}` })
      yield* mailbox.note({ ...said, ...id("aside"), kind: "prompt" })
      const task = { ...said, author_id: "task:7", author_name: "Task #7" }
      yield* mailbox.accept({ ...task, ...id("task"), kind: "task" })
      yield* mailbox.accept({ ...said, ...id("command"), kind: "raw" })
      yield* room.sees("article.person[data-state=noted]", "said without calling Loop")
      yield* room.sees("article.task .kind", "scheduled task")
      yield* room.sees("article.task b", "Task #7")
      yield* room.sees("#queue li", "text of command")
      yield* begin("run-kinds", room.id, [MessageId.make("command")])
      yield* room.sees("article.raw", "command")
      yield* wait(() => room.page.reload())
      yield* room.sees("article.raw .kind", "command")
      yield* room.sees("#queue li b", "Task #7")
    })
  )
})
