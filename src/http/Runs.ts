/** Runs: the work on messages, with its journal. */
import { Effect, Schema } from "effect"
import { RunId } from "../domain/Ids.ts"
import { RunStatus } from "../domain/Run.ts"
import { eventView, messageView, runView } from "../domain/Views.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Conversations } from "../services/Conversations.ts"
import { Journal } from "../services/Journal.ts"
import { Messages } from "../services/Messages.ts"
import { Runs } from "../services/Runs.ts"
import type { Subject } from "../services/Tokens.ts"
import { findChannel } from "./Channels.ts"
import { type Incoming, route } from "./Route.ts"
import { EventShape, Limit, MessageRef, MessageShape, RunShape } from "./Shapes.ts"

const found = Effect.fnUntraced(function* ({ subject, params }: Incoming & { readonly subject: Subject }) {
  const run = yield* Runs.use((runs) => runs.get(RunId.make(params["id"] ?? "")))
  yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "read", run.channel_id))
  return run
})

const list = route(
  "GET",
  "/api/runs",
  {
    summary: "Runs in the channels that the token may read, newest first",
    query: Schema.Struct({
      channel_id: Schema.optionalKey(Schema.NonEmptyString),
      status: Schema.optionalKey(RunStatus),
      task_id: Schema.optionalKey(Schema.FiniteFromString.check(Schema.isInt())),
      live: Schema.optionalKey(
        Schema.Literals(["true", "false"]).annotate({ description: "Those that have not ended, or those that have" })
      ),
      before: Schema.optionalKey(RunId.annotate({ description: "A `run_id`: those that began before it" })),
      limit: Limit
    }),
    answer: { status: 200, description: "The runs", schema: Schema.Array(RunShape) },
    problems: [404]
  },
  function* ({ subject, query: { channel_id, live, ...given } }) {
    const filter = { ...given, ...(live !== undefined && { live: live === "true" }) }
    const channel = channel_id === undefined ? undefined : yield* findChannel(subject, channel_id)
    const open =
      channel === undefined ? yield* Authorizer.use((all) => all.readable(subject)) : ([channel.channel_id] as const)
    const runs = yield* Runs.use((all) => all.list(open === "*" ? filter : { ...filter, channels: open }))
    return runs.map(runView)
  }
)

const get = route(
  "GET",
  "/api/runs/{id}",
  {
    summary: "A run",
    answer: { status: 200, description: "The run", schema: RunShape },
    problems: [404]
  },
  function* (call) {
    return runView(yield* found(call))
  }
)

const events = route(
  "GET",
  "/api/runs/{id}/events",
  {
    summary: "A run's journal, oldest first",
    answer: { status: 200, description: "The events", schema: Schema.Array(EventShape) },
    problems: [404]
  },
  function* (call) {
    const run = yield* found(call)
    const entries = yield* Journal.use((journal) => journal.ofRun(run.run_id))
    return entries.map(eventView)
  }
)

const messages = route(
  "GET",
  "/api/runs/{id}/messages",
  {
    summary: "What a run was told and what it has said, oldest first",
    answer: { status: 200, description: "The messages", schema: Schema.Array(MessageShape) },
    problems: [404]
  },
  function* (call) {
    const run = yield* found(call)
    return (yield* Messages.use((all) => all.ofRun(run.run_id))).map(messageView)
  }
)

const stop = route(
  "POST",
  "/api/runs/{id}/stop",
  {
    summary: "Ends this run where it is still at work, and no later one; answers after the work has really ended",
    answer: {
      status: 200,
      description: "Whether it was at work",
      schema: Schema.Struct({ stopped: Schema.Boolean })
    },
    problems: [404]
  },
  function* (call) {
    const run = yield* found(call)
    return yield* Conversations.use((all) => all.stopRun(call.subject, run.run_id))
  }
)

const retry = route(
  "POST",
  "/api/runs/{id}/retry",
  {
    summary: "Says the messages of an ended run again",
    answer: { status: 202, description: "Stored", schema: MessageRef },
    problems: [404, 409]
  },
  function* (call) {
    const run = yield* found(call)
    const message_id = yield* Conversations.use((all) => all.retry(call.subject, run.run_id))
    return { message_id, channel_id: run.channel_id }
  }
)

export const runRoutes = [list, get, events, messages, stop, retry]
