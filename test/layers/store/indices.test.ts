import { assert, it } from "@effect/vitest"
import { Duration, Effect, Stream } from "effect"
import { SqlClient, Statement } from "effect/sql"
import type { PromptId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Journal } from "../../../src/services/Journal.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Outbox } from "../../../src/services/Outbox.ts"
import { Processes } from "../../../src/services/Processes.ts"
import { ReadMarks } from "../../../src/services/ReadMarks.ts"
import { Requests } from "../../../src/services/Requests.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { Store } from "../../../src/services/Store.ts"
import {
  approval,
  fresh,
  inbound,
  messageId,
  openRoom,
  process,
  processId,
  request,
  room,
  run,
  runId
} from "./support.ts"

const m1 = messageId("m1")
const r1 = runId("r1")

/** Everything that storage can be asked, once. */
const everything = Effect.gen(function* () {
  const channels = yield* Channels
  const messages = yield* Messages
  const marks = yield* ReadMarks
  const runs = yield* Runs
  const outbox = yield* Outbox
  const requests = yield* Requests
  const processes = yield* Processes
  const journal = yield* Journal
  yield* openRoom()
  yield* channels.patch(room, { dir_path: "/d" })
  yield* channels.resolve("room")
  yield* channels.byDirectory("/d", "local")
  yield* channels.threads(room)
  yield* messages.accept(inbound("m1"))
  yield* messages.accept(inbound("m1"))
  yield* messages.edit(room, m1, "better")
  yield* messages.steered(room, m1, "p" as PromptId)
  yield* messages.drop(room, m1)
  yield* messages.list(room, { before: m1, limit: 10 })
  yield* messages.note(inbound("aside"))
  yield* messages.noted(room, 10, 50)
  yield* marks.advance(room, m1)
  yield* marks.get(room)
  yield* runs.insert(run("r1"))
  yield* messages.tell(room, 10, r1)
  yield* channels.workingIn("/d")
  yield* runs.patch(r1, { status: "running" })
  yield* messages.mark(room, [m1], "running", r1)
  yield* Effect.all([messages.queued(room), messages.ofRun(r1), messages.pending])
  yield* Effect.all([runs.get(r1), runs.live(room), runs.allLive])
  yield* runs.list({ limit: 1 })
  yield* runs.list({ limit: 1, channel_id: room })
  yield* runs.list({ limit: 1, status: "running" })
  yield* runs.list({ limit: 1, task_id: 1 })
  yield* messages.say({ channel_id: room, run_id: r1, key: "a", content: "a" })
  yield* messages.say({ channel_id: room, run_id: r1, key: "b", content: "b" })
  yield* outbox.nextDue
  const [first] = yield* outbox.due(0)
  yield* outbox.trying(first?.id ?? 0, 0)
  yield* outbox.retryAt(first?.id ?? 0, 0, "r")
  yield* outbox.sent(first?.id ?? 0, "p")
  const [second] = yield* outbox.due(0)
  yield* outbox.failed(second?.id ?? 0, "unknown", "r")
  yield* processes.insert(process())
  yield* processes.get(processId)
  yield* processes.advance(processId, { cursor: "c", at: 1, costUsd: 0 })
  yield* requests.meet(request("q1", { run_id: r1 }))
  yield* requests.answer(processId, "q1", { _tag: "Deny", message: "no" })
  yield* requests.ofRun(r1)
  const { approval_id } = yield* requests.ask(approval("q1"))
  yield* requests.ask(approval("q1"))
  yield* requests.approval(approval_id)
  yield* requests.decide(approval_id, "denied", null)
  yield* requests.approvals(r1)
  yield* journal.ofRun(r1)
  yield* Stream.runDrain(Stream.take(yield* journal.subscribe({ after: 0, channel: room }), 1))
  yield* Stream.runDrain(Stream.take(yield* journal.subscribe({ after: 0 }), 1))
  yield* Store.use((store) => store.prune(Duration.zero))
  yield* processes.remove(processId)
  yield* channels.remove(room)
})

/** Tables that are read whole on purpose, or through an index that holds no more rows than are wanted. */
const allowed = [
  /^SCAN (family|oldest|a|c)$/,
  /^SCAN \w+ USING (COVERING )?INDEX (messages_queued|messages_running|outbox_waiting|runs_by_start|runs_live)$/,
  // The oldest batch, in order of id.
  /^SCAN events$/
]

it.effect("no query that grows with the history reads a whole table", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const asked = new Set<string>()
    yield* everything.pipe(
      Effect.provideService(Statement.CurrentTransformer, (statement) =>
        Effect.sync(() => {
          asked.add(statement.compile()[0])
          return statement
        })
      )
    )
    const queries = [...asked].filter((text) => /^\s*(SELECT|UPDATE|DELETE)/.test(text) && !/sqlite_master/.test(text))
    assert.isAtLeast(queries.length, 40)
    for (const text of queries) {
      const plan = yield* sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
      for (const { detail } of plan) {
        const fine = !detail.startsWith("SCAN ") || allowed.some((pattern) => pattern.test(detail))
        assert.isTrue(fine, `${detail} in ${text}`)
      }
    }
  }).pipe(Effect.provide(fresh))
)
