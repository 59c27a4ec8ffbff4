/** What people on Discord see of a run, through the real discord.js: its parts, its status, its questions. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { channelIdOf } from "../../src/layers/discord/Places.ts"
import { Messages } from "../../src/services/Messages.ts"
import { eventually, onDiscord } from "../support/DiscordHouse.ts"
import { Outside } from "../support/Outside.ts"
import type { DiscordServer } from "../support/discord/DiscordServer.ts"
import type { Message } from "../support/discord/world/Model.ts"
import { asking, working } from "../support/Scripts.ts"

const call = ({ bot, general, owner, people }: DiscordServer, text: string) =>
  people.userSays(general, owner, `<@${bot.id}> ${text}`)
const says = (text: string) => (message: Message) => message.content.includes(text)
const ours = ({ bot, general, messages }: DiscordServer) =>
  messages(general).filter(({ authorId }) => authorId === bot.id)
const hasButton = (label: string) => (message: Message) => JSON.stringify(message.components).includes(`"${label}"`)
const buttonOf = (message: Message, action: string) =>
  new RegExp(`"custom_id":"(${action}:[^"]+)"`).exec(JSON.stringify(message.components))?.[1] ?? ""

describe("On Discord", () => {
  it.live("a long answer comes in parts, once and in order, as a reply, although answers of Discord's get lost", () =>
    onDiscord(
      (server) =>
        Effect.gen(function* () {
          const { when } = yield* Outside
          const code = Array.from({ length: 150 }, (_, n) => `const line${n} = "some code to be read"`)
          when("write", (_, stage) => stage.say(`Here it is:\n\n\`\`\`ts\n${code.join("\n")}\n\`\`\`\n\nThat is all.`))
          server.faults.loseAnswer(
            ({ body, method }) => method === "POST" && JSON.stringify(body ?? {}).includes("line"),
            2
          )
          const asked = yield* call(server, "write")
          yield* server.untilMessage(server.general, says("That is all."))
          yield* eventually(Effect.sync(() => !ours(server).some(hasButton("Stop"))))
          const parts = ours(server)
          assert.isAbove(parts.length, 2)
          const shown = parts.flatMap(({ content }) => content.split("\n")).filter((line) => line.startsWith("const"))
          assert.deepStrictEqual(shown, code)
          for (const { content } of parts.slice(1, -1)) assert.match(content, /^```ts\n[^]*\n```$/)
          assert.strictEqual(parts[0]?.reference?.messageId, asked.id)
          assert.isUndefined(parts[1]?.reference?.messageId)
        }),
      { run_footer: "none" }
    )
  )

  it.live("a run has a status with a Stop button that stops it, and a silent line below what it said afterwards", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { when } = yield* Outside
        when("work", working().script)
        yield* call(server, "work")
        const status = yield* server.untilMessage(server.general, hasButton("Stop"))
        yield* server.untilMessage(server.general, says("`Bash`"))
        assert.isAbove(server.typing(server.general).length, 0)
        yield* server.interactions.click(status, buttonOf(status, "stop"), server.owner)
        yield* server.untilMessage(server.general, says("Stopped."))
        const line = yield* server.untilMessage(server.general, ({ content }) => content.startsWith("-# "))
        assert.isAbove(Number(line.id), Number(status.id))
        yield* eventually(Effect.sync(() => !ours(server).some(hasButton("Stop"))))
        assert.strictEqual(ours(server).at(-1)?.id, line.id)
        const posted = server.requests.findLast(({ body }) => JSON.stringify(body ?? {}).includes(line.content))
        assert.deepInclude(posted?.body, { flags: 4096 })
      })
    )
  )

  it.live("a question is a card, and a click on it is the answer", () =>
    onDiscord(
      (server) =>
        Effect.gen(function* () {
          const { when } = yield* Outside
          when("ask", asking())
          yield* call(server, "ask")
          const card = yield* server.untilMessage(server.general, hasButton("Allow once"))
          assert.match(card.content, /`Bash`[^]*"command": "ls"/)
          yield* server.interactions.click(card, buttonOf(card, "allow"), server.owner)
          yield* server.untilMessage(server.general, ({ content }) => content === "Allow")
          const decided = yield* server.untilMessage(
            server.general,
            ({ content, id }) => id === card.id && content.includes("Allowed")
          )
          assert.isFalse(hasButton("Allow once")(decided))
        }),
      { permission_mode: "ask" }
    )
  )

  it.live("a text too long for five parts comes as a file", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { when } = yield* Outside
        const whole = Array.from({ length: 900 }, (_, n) => `Sentence number ${n} of a long text.`).join(" ")
        when("write", (_, stage) => stage.say(whole))
        yield* call(server, "write")
        const said = yield* server.untilMessage(server.general, says("answer.md"))
        assert.isAtMost(said.content.length, 2000)
        assert.deepInclude(said.attachments[0], { filename: "answer.md", size: whole.length })
        const all = yield* Messages.use((messages) => messages.list(channelIdOf(server.general.id), { limit: 5 }))
        assert.strictEqual(all.find(({ is_bot }) => is_bot)?.content, whole)
      })
    )
  )
})
