/** People on Discord and the whole program: what they write is answered where they wrote it, and what they click is done. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { button, has, hasButton, isFooter, onDiscord, OnDiscord, says } from "../support/OnDiscord.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** The command lines that run for a channel. */
const commandsOf = Effect.fnUntraced(function* ({ id }: { readonly id: string }) {
  const { containers } = yield* Program.Program
  return (yield* Effect.forEach(yield* Talk.channel(`discord:${id}`).boxes, containers.commands)).flat()
})

layer(onDiscord(), { timeout: "3 minutes", excludeTestServices: true })("On Discord", (it) => {
  it.effect("an answer comes where it was called for, with a Stop button while it works and its time afterwards", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const { calls, room, said, sees, typing, until } = yield* OnDiscord
      const here = yield* room("first")
      const gate = yield* api.hold("middle", "say: good morning to you")
      const message = yield* calls(here, "say: good morning to you")
      yield* sees(here, hasButton("Stop"))
      yield* gate.reached
      assert.isAbove(typing(here).length, 0)
      yield* gate.release
      const answer = yield* sees(here, says("good morning to you"))
      assert.strictEqual(answer.reference?.messageId, message.id)
      const line = yield* sees(here, isFooter)
      // The status message is gone.
      yield* until(() => said(here).length === 2)
      assert.deepStrictEqual(said(here), ["good morning to you", line.content])
    })
  )

  it.effect("the Stop button stops", () =>
    Effect.gen(function* () {
      const { calls, interactions, owner, room, said, sees, until } = yield* OnDiscord
      const here = yield* room("stopped")
      yield* calls(here, "say: I begin.\ntool: bash tail -f /dev/null")
      yield* sees(here, says("I begin."))
      yield* Talk.eventually(commandsOf(here), (lines) => lines.some((line) => line.startsWith("tail")))
      const status = yield* sees(here, hasButton("Stop"))
      const click = yield* interactions.click(status, button(status, "Stop"), owner)
      assert.strictEqual((yield* click.answered).type, 6)
      yield* sees(here, has("Stopped"))
      yield* sees(here, isFooter)
      assert.isFalse((yield* commandsOf(here)).some((line) => line.startsWith("tail")))
      yield* until(() => said(here).length === 3)
    })
  )

  it.effect("a tool that needs a click is a card with the exact input; a stranger's click does nothing", () =>
    Effect.gen(function* () {
      const { calls, guild, interactions, owner, people, room, sees, until } = yield* OnDiscord
      const here = yield* room("asking")
      const options = { key: "permission_mode", value: "ask" }
      const set = yield* interactions.slash(here, owner, "loop", { subcommand: "set", options })
      yield* until(() => set.shown()?.content.includes("ask"))
      yield* calls(here, "tool: bash mkdir made-it && ls")
      const card = yield* sees(here, hasButton("Allow once"))
      assert.include(card.content, "mkdir made-it && ls")
      const eve = yield* people.person(guild, "eve")
      const hers = yield* interactions.click(card, button(card, "Allow once"), eve)
      const refusal = yield* until(() => hers.followups()[0])
      assert.strictEqual(refusal.flags & 64, 64)
      assert.isTrue(hasButton("Allow once")(card))
      yield* interactions.click(card, button(card, "Allow once"), owner)
      yield* sees(here, says("The tool said: made-it"))
      const decided = yield* sees(here, has("Allowed by ada"))
      assert.deepStrictEqual([decided.id, decided.components], [card.id, []])
    })
  )

  it.effect("a question's option is chosen with a button", () =>
    Effect.gen(function* () {
      const { calls, interactions, owner, room, sees } = yield* OnDiscord
      const here = yield* room("questions")
      yield* calls(here, "ask: Which colour?|Red|Blue")
      const card = yield* sees(here, hasButton("Blue"))
      assert.include(card.content, "Which colour?")
      yield* interactions.click(card, button(card, "Blue"), owner)
      yield* sees(here, (message) => /^The tool said:.*Blue/s.test(message.content))
      yield* sees(here, has("Answered by ada"))
    })
  )

  it.effect("a command is answered by its own reply, to whoever may give it", () =>
    Effect.gen(function* () {
      const { calls, guild, interactions, owner, people, room, sees, until } = yield* OnDiscord
      const here = yield* room("commands")
      yield* calls(here, "say: here")
      yield* sees(here, says("here"))
      yield* sees(here, isFooter)
      const status = yield* interactions.slash(here, owner, "loop", { subcommand: "status" })
      const shown = yield* until(() => status.shown()?.content || undefined)
      assert.match(shown, /nothing|idle/i)
      const bob = yield* people.person(guild, "bob")
      const refused = yield* interactions.slash(here, bob, "loop", { subcommand: "status" })
      const hidden = yield* until(() => refused.followups()[0])
      assert.strictEqual(hidden.flags & 64, 64)
    })
  )

  it.effect("a thread begins with its channel's conversation and goes on by itself", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const { calls, owner, people, room, sees } = yield* OnDiscord
      const here = yield* room("parent")
      yield* calls(here, "say: the word is heron")
      yield* sees(here, says("the word is heron"))
      const thread = yield* people.createThread(here, owner, "aside")
      yield* calls(thread, "say: in the thread")
      yield* sees(thread, says("in the thread"))
      const asked = api.requests.findLast(({ prompt }) => prompt.includes("say: in the thread"))
      assert.include(JSON.stringify(asked?.body?.messages), "say: the word is heron")
      const session = ({ id }: { readonly id: string }) =>
        Effect.map(Talk.channel(`discord:${id}`).status, ({ session_id }) => session_id)
      assert.notStrictEqual(yield* session(thread), yield* session(here))
      yield* calls(here, "say: meanwhile in the channel")
      yield* sees(here, says("meanwhile in the channel"))
      const next = api.requests.findLast(({ prompt }) => prompt.includes("meanwhile in the channel"))
      assert.notInclude(JSON.stringify(next?.body?.messages), "in the thread")
    })
  )

  it.effect("files come in with a message, and go out with an answer", () =>
    Effect.gen(function* () {
      const { bot, owner, people, room, sees } = yield* OnDiscord
      const here = yield* room("files")
      const attachments = [{ filename: "notes.txt", bytes: new TextEncoder().encode("from Ada") }]
      const script = `tool: bash cat .loop/inbox/*/notes.txt | tee copy.txt\nmcp: send_file {"path":"copy.txt"}`
      yield* people.userSays(here, owner, `<@${bot.id}> ${script}`, { attachments })
      const sent = yield* sees(here, (message) => message.attachments.length > 0)
      const [file, ...others] = sent.attachments
      assert.deepStrictEqual([file?.filename, others], ["copy.txt", []])
      const text = yield* Effect.promise(async () => (await fetch(file?.url ?? "")).text())
      assert.strictEqual(text, "from Ada")
    })
  )

  it.effect("what waits is answered as it was edited, and not where it was deleted", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const { answers, bot, calls, people, room, sees } = yield* OnDiscord
      const here = yield* room("waiting")
      const channel = Talk.channel(`discord:${here.id}`)
      const gate = yield* api.hold("middle", "say: first of all")
      yield* calls(here, "say: first of all")
      yield* gate.reached
      const second = yield* calls(here, "say: second")
      const third = yield* calls(here, "say: third")
      yield* Talk.eventually(channel.status, ({ queue }) => queue.length === 2)
      yield* people.edit(second, `<@${bot.id}> say: second, better`)
      yield* people.remove(third)
      yield* Talk.eventually(
        channel.status,
        ({ queue }) => queue.length === 1 && queue[0]?.content === "say: second, better"
      )
      yield* gate.release
      yield* sees(here, says("second, better"))
      yield* Talk.eventually(channel.status, ({ state }) => state === "idle")
      assert.deepStrictEqual(answers(here), ["first of all", "second, better"])
    })
  )
})
