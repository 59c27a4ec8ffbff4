/** `ChatHandlers`: commands, their completion and clicks. */
import { Effect, Layer, Schedule } from "effect"
import { catalogue } from "../domain/chat/Catalogue.ts"
import type { ChatPlatform } from "../services/ChatPlatform.ts"
import { ChatHandlers } from "./ChatHandlers.ts"
import * as Clicks from "./Clicks.ts"
import * as Commands from "./Commands.ts"
import * as Completions from "./Completions.ts"

/** Some minutes; the next connection declares them again anyway. */
const backOff = { times: 8, schedule: Schedule.exponential("1 second", 2) }

const declare = (platform: ChatPlatform) =>
  platform.register(catalogue).pipe(
    Effect.retry({ while: ({ outcome }) => outcome !== "gone", ...backOff }),
    Effect.catch((failed) => Effect.logWarning(`The commands could not be declared on ${platform.name}`, failed))
  )

export const layer = Layer.effect(
  ChatHandlers,
  Effect.gen(function* () {
    return ChatHandlers.of({
      onConnected: declare,
      onCommand: yield* Commands.make,
      onCompleting: yield* Completions.make,
      onClick: yield* Clicks.make
    })
  })
)
