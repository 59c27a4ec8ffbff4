/**
 * What an idle process says is listened to: it may ask its in-band tools (a process started ahead does so at its start),
 * it may end, and it may begin a turn that nobody asked for, which is interrupted and never said.
 */
import { Clock, Effect, Queue } from "effect"
import type { AgentEvent } from "../../domain/AgentEvent.ts"
import * as Sentence from "../../domain/Sentence.ts"
import type { AgentEntry } from "../../services/Agent.ts"
import type { Processes } from "../../services/Processes.ts"
import type { ToolHost } from "../../services/ToolHost.ts"
import type { Kept } from "./Kept.ts"

const beginsTurn = (event: AgentEvent): boolean =>
  event._tag === "TextDelta" || event._tag === "Thinking" || event._tag === "ToolStarted" || event._tag === "Text"

/** Listens until the process ends; interruption never loses an event. */
export const watch = (kept: Kept, tools: ToolHost["Service"], processes: Processes["Service"]): Effect.Effect<void> => {
  let interrupted = false
  const caller = { channel_id: kept.channelId, run_id: null, process_id: kept.processId }

  const handle = Effect.fnUntraced(function* ({ cursor, event }: AgentEntry) {
    if (event._tag === "Requested" && event.request._tag === "Tool") {
      const message = yield* tools.handle(caller, event.request.message)
      yield* kept.agent.answer(event.requestId, { _tag: "Tool", message })
    } else if (event._tag === "Requested") {
      yield* kept.agent.answer(event.requestId, { _tag: "Deny", message: Sentence.unaskedTurn })
    } else if (event._tag === "TurnEnded") {
      interrupted = false
      // Behind it: whoever takes the process over must neither see that turn again nor count what it cost twice.
      const { costUsd } = event
      const at = yield* Clock.currentTimeMillis
      if (cursor !== null) yield* processes.advance(kept.processId, { cursor, at, costUsd })
    } else if (beginsTurn(event) && !interrupted) {
      interrupted = true
      yield* Effect.logWarning("A turn that nobody asked for was interrupted")
      yield* kept.agent.interrupt
    }
  })

  return Effect.gen(function* () {
    let event: AgentEvent
    do {
      event = yield* Effect.uninterruptibleMask((restore) =>
        restore(Queue.take(kept.agent.events)).pipe(
          Effect.tap((entry) =>
            handle(entry).pipe(
              Effect.catchCause((cause) => Effect.logWarning("An idle agent process could not be answered", cause))
            )
          ),
          Effect.map(({ event }) => event)
        )
      )
    } while (event._tag !== "Exited")
  }).pipe(Effect.annotateLogs({ channel: kept.channelId, process: kept.processId }))
}
