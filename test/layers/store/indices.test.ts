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
import { defaultOptions } from "../../../src/domain/tasks/Task.ts"
import { Tasks } from "../../../src/services/Tasks.ts"
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

const askTasks = Effect.gen(function* () {
  const tasks = yield* Tasks
  const when = { type: "interval", schedule: "1m", timezone: null, next_run_at: 1 } as const
  const draft = { channel_id: room, ...when, prompt: "look", options: defaultOptions, template_name: "t" }
  const task = yield* Effect.fromNullishOr(yield* tasks.insert(draft))
  yield* Effect.all([
    tasks.get(task.task_id),
    tasks.authorsOf(task.task_id),
    tasks.byTemplate(room, "t"),
    tasks.ofChannel(room)
  ])
  yield* Effect.all([tasks.due(1, 9), tasks.nextDue, tasks.nextFaded, tasks.open([task.task_id]), tasks.fading(1)])
  const verdict = { at: 1, status: "waiting", reason: null, aside: false } as const
  const [occurrence] = yield* tasks.claim([{ task, next: 2, verdicts: [verdict] }], 1)
  const fired = yield* Effect.fromNullishOr(occurrence)
  yield* tasks.letter(room, messageId("task-1-1"))
  yield* tasks.begun(fired, r1)
  yield* Effect.all([tasks.ofRun(r1), tasks.settleLost, tasks.threadOpened(fired, room)])
  yield* tasks.end(fired, { status: "failed", reason: "no", counts: true })
  yield* tasks.history(task.task_id, { limit: 9, before: 9 })
  yield* Effect.all([tasks.keepSession(task.task_id, null), tasks.withdraw(task.task_id, "off")])
  yield* tasks.patch(task.task_id, { prompt: "look again" })
  yield* tasks.fade({ channel_id: room, rename_to: "b", delete_at: 1 })
  yield* tasks.renamed(room)
  yield* tasks.remove(task.task_id)
})

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
  yield* messages.edit(room, m1, "better", [{ kind: "owner" }])
  yield* messages.askedBy(room, m1)
  yield* messages.sign(r1, [{ kind: "owner" }])
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
  yield* askTasks
  yield* Stream.runDrain(Stream.take(yield* journal.subscribe({ after: 0, channel: room }), 1))
  yield* Stream.runDrain(Stream.take(yield* journal.subscribe({ after: 0 }), 1))
  yield* Store.use((store) => store.prune(Duration.zero))
  yield* processes.remove(processId)
  yield* channels.remove(room)
})

/** Tables that are read whole on purpose, or through an index that holds no more rows than are wanted. */
const allowed = [
  /^SCAN (family|oldest|a|c|budget_notes)$/,
  /^SCAN \w+ USING (COVERING )?INDEX (fading_threads_due|messages_queued|messages_running|outbox_waiting|runs_by_start|runs_live|task_occurrences_open)$/,
  // What waits in the channels that are named, read through their index within.
  /^SCAN (ranked|\(subquery-\d+\))$/,
  // The values of the statement itself.
  /^SCAN (CONSTANT ROW|v|\d+-ROW VALUES CLAUSE)$/,
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
