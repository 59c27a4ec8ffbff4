/** Brings boxes and rows together after a crash, and once a minute: what nobody owns any more is removed. */
import { Effect } from "effect"
import type { ChannelId, ProcessId } from "../../domain/Ids.ts"
import type { Messages } from "../../services/Messages.ts"
import type { ModelRelay } from "../../services/ModelRelay.ts"
import type { Processes } from "../../services/Processes.ts"
import type { Runs } from "../../services/Runs.ts"
import type { Sandbox } from "../../services/Sandbox.ts"

export const reconcile = (world: {
  readonly sandbox: Sandbox["Service"]
  readonly processes: Processes["Service"]
  readonly runs: Runs["Service"]
  readonly messages: Messages["Service"]
  readonly relay: ModelRelay["Service"]
  readonly isOurs: (process: ProcessId) => boolean
}) =>
  Effect.gen(function* () {
    const boxes = yield* world.sandbox.list
    const rows = yield* world.processes.list
    // Read after the boxes: a run that began meanwhile is in it, or its process is ours.
    const live = new Set((yield* world.runs.allLive).map(({ process_id }) => process_id))
    const known = new Set(rows.map(({ process_id }) => process_id))
    /** A message was written into a turn there and has no run yet: it may be at work on it. */
    const expected = Effect.fnUntraced(function* (id: ProcessId, channel: ChannelId) {
      return known.has(id) && (yield* world.messages.queued(channel)).some(({ prompt_id }) => prompt_id !== null)
    })
    const owned = Effect.fnUntraced(function* (id: ProcessId, channel: ChannelId) {
      return world.isOurs(id) || live.has(id) || (yield* expected(id, channel))
    })
    for (const box of boxes) {
      if (yield* owned(box.processId, box.channelId)) continue
      yield* Effect.logInfo("A box without a run was removed").pipe(
        Effect.annotateLogs({ process: box.processId, channel: box.channelId })
      )
      yield* world.sandbox.remove(box.processId)
    }
    for (const row of rows) {
      if (yield* owned(row.process_id, row.channel_id)) continue
      yield* world.relay.discard(row.process_id)
      yield* world.processes.remove(row.process_id)
    }
  }).pipe(Effect.withSpan("Agents.reconcile"))
