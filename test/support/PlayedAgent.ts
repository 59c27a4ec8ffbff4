/** Plays what an agent's run leaves behind (rows, events, live text), so that a face can be watched without one. */
import { Clock, Effect } from "effect"
import type { Schema } from "effect"
import type { EventType } from "../../src/domain/ChannelEvent.ts"
import { type ChannelId, type MessageId, PromptId, RunId } from "../../src/domain/Ids.ts"
import { noUsage, type Run, type RunEnd } from "../../src/domain/Run.ts"
import { Journal } from "../../src/services/Journal.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"

const row = (id: string, channel_id: ChannelId, messages: ReadonlyArray<MessageId>, at: number): Run => ({
  run_id: RunId.make(id),
  channel_id,
  trigger: "message",
  task_id: null,
  message_ids: messages,
  status: "running",
  reason: null,
  attempt: 1,
  defects: 0,
  stalls: 0,
  session_id: null,
  resets: 0,
  process_id: null,
  prompt_id: PromptId.make(`prompt-${id}`),
  prompt: "",
  prompt_state: "received",
  fresh_tried: false,
  compact_tried: false,
  started_at: at,
  ended_at: null,
  cost_usd: 0,
  usage: noUsage,
  turns: 1,
  result: null
})

/** A run that has begun on these messages. */
export const begin = Effect.fnUntraced(function* (
  id: string,
  channel: ChannelId,
  messages: ReadonlyArray<MessageId> = []
) {
  const run = row(id, channel, messages, yield* Clock.currentTimeMillis)
  const journal = yield* Journal
  const mailbox = yield* Messages
  const runs = yield* Runs
  const tell = Effect.fnUntraced(function* (type: EventType, data: Schema.Json) {
    const at = yield* Clock.currentTimeMillis
    yield* journal.append([{ type, at, channel_id: channel, run_id: run.run_id, data }])
  })
  yield* runs.insert(run)
  yield* mailbox.mark(channel, messages, "running", run.run_id)
  yield* tell("run.started", { run_id: id })
  let written = ""
  return {
    run,
    tell,
    /** A piece of the text that is being written. */
    write: Effect.fnUntraced(function* (text: string) {
      const data = { message_uuid: `${id}-text`, offset: written.length, text }
      written += text
      const at = yield* Clock.currentTimeMillis
      yield* journal.text({ type: "run.text", at, channel_id: channel, run_id: run.run_id, data })
    }),
    /** A whole text, said in the channel. */
    say: Effect.fnUntraced(function* (text: string, key = "end") {
      written = ""
      yield* journal.textDone(run.run_id)
      yield* mailbox.say({ channel_id: channel, run_id: run.run_id, key, content: text })
    }),
    end: Effect.fnUntraced(function* (status: RunEnd) {
      const ended_at = yield* Clock.currentTimeMillis
      yield* journal.textDone(run.run_id)
      yield* runs.patch(run.run_id, { status, ended_at })
      const state = status === "completed" ? "replied" : status === "stopped" ? "stopped" : "failed"
      yield* mailbox.mark(channel, messages, state, run.run_id)
      yield* tell("run.ended", { run_id: id, status })
    })
  }
})
