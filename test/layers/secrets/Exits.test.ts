/** Ways out that store nothing: the log, and what is said on a chat platform as it comes. */
import { assert, describe, it } from "@effect/vitest"
import { Console, Effect, Layer, Stream } from "effect"
import { make } from "../../../src/domain/secrets/Masker.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import * as Logging from "../../../src/layers/Logging.ts"
import { masked } from "../../../src/layers/secrets/MaskedChat.ts"
import * as SettingsFile from "../../../src/layers/SettingsFile.ts"
import * as ScriptedChat from "../../support/ScriptedChat.ts"

const VALUE = "sk-ant-0123456789abcdef"
const hook = { channel: "local:a", secret: "hook-secret-0123456789", template: "{{.}}" }
const room = ChannelId.make("discord:1:10")

describe("the log", () => {
  for (const log_format of ["text", "json"]) {
    it.effect(`does not have what the configuration holds secret (${log_format})`, () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const error = (line: string) => void lines.push(line)
        const real = yield* Console.Console
        const world = Layer.provide(
          Logging.layer,
          SettingsFile.layerTest({ log_format, anthropic_api_key: VALUE, hooks: { forge: hook } })
        )
        yield* Effect.logError("It was refused", new Error(`not ${VALUE}`)).pipe(
          Effect.annotateLogs({ given: hook.secret }),
          Effect.provide(world),
          Effect.provideService(Console.Console, { ...real, error })
        )
        const said = lines.join("\n")
        assert.include(said, "It was refused")
        assert.include(said, "not ‹secret anthropic_api_key›")
        assert.include(said, "‹secret hooks.forge›")
        assert.notInclude(said, VALUE)
        assert.notInclude(said, hook.secret)
      })
    )
  }
})

describe("a chat platform", () => {
  it.effect("is not told a secret by a status, an answer to a command or click, a file's name or a thread's", () =>
    Effect.gen(function* () {
      const masker = make()
      masker.learn("github", VALUE)
      const chat = yield* ScriptedChat.make()
      const platform = masked(chat.platform, masker)
      const place = chat.place("10")
      const post = {
        content: `it is ${VALUE}`,
        files: [{ name: `${VALUE}.txt`, data: new Uint8Array() }],
        buttons: [[{ id: "b1", label: `Allow ${VALUE}`, asks: `Why ${VALUE}?`, style: "primary" }]]
      } as const
      const id = yield* platform.deliver(room, post, "nonce")
      yield* platform.edit(room, id, post)
      yield* platform.rename(room, VALUE)
      yield* platform.makeThread(room, { name: VALUE })
      yield* platform.makeChannel({ name: VALUE, topic: VALUE })
      const answers = yield* chat.command(place, "status")
      const clicked = yield* chat.click(place, "stop")
      yield* platform.events.pipe(
        Stream.filter((event) => event._tag === "Command" || event._tag === "Click"),
        Stream.take(2),
        Stream.runForEach((event) =>
          Effect.gen(function* () {
            yield* event.reply.say(post)
            if (event._tag === "Click") yield* event.change(post)
          })
        )
      )
      const told = JSON.stringify([chat.done, chat.shown(room), answers, clicked])
      assert.notInclude(told, VALUE)
      for (const { post: said } of [...answers, ...clicked.answers]) {
        assert.deepInclude(said, { content: "it is ‹secret github›" })
      }
      assert.strictEqual(clicked.changes[0]?.content, "it is ‹secret github›")
      assert.strictEqual(chat.shown(room)[0]?.post.files?.[0]?.name, "‹secret github›.txt")
    })
  )
})
