/** A supervisor that hears commands and clicks on the scripted chat platform, and ways to wait for the answers. */
import { Effect, Layer } from "effect"
import * as Inbox from "../../src/layers/Inbox.ts"
import * as Events from "../../src/platforms/Events.ts"
import * as Handlers from "../../src/platforms/Handlers.ts"
import { during, house, soon } from "./House.ts"
import { grants } from "./People.ts"
import type { Answer } from "./ScriptedChat.ts"

export const face = Events.layer.pipe(Layer.provide(Handlers.layer), Layer.provide(Inbox.layer))

const discord = { platforms: ["local", "discord"], discord_token: "t", discord_app_id: "1", discord_guild_id: "1" }

export const commandHouse = <A, E, R>(body: Effect.Effect<A, E, R>, keys: Parameters<typeof house>[1] = {}) =>
  house(Effect.provide(body, face), { ...discord, ...grants, ...keys })

/** The one answer, once it is there; a little time may pass for it. */
export const answerOf = Effect.fnUntraced(function* (given: Effect.Effect<ReadonlyArray<Answer>>) {
  const answers = yield* given
  yield* during(soon(Effect.sync(() => answers.length > 0)))
  const [first] = answers
  if (first === undefined || answers.length > 1) return yield* Effect.die(new Error(`${answers.length} answers`))
  return { text: first.post.content, private: first.private, files: first.post.files ?? [] }
})
