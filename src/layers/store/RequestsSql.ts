/** `Requests` in SQL: what agents asked, and the approvals that people decide, with the cards they are shown on chat platforms. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AgentAnswer, AgentRequest } from "../../domain/AgentEvent.ts"
import * as Cards from "../../domain/chat/Cards.ts"
import { ApprovalId, ChannelId, platformOf, ProcessId, RunId } from "../../domain/Ids.ts"
import { approvalView } from "../../domain/Views.ts"
import { Journal } from "../../services/Journal.ts"
import { type Approval, type ApprovalStatus, type RequestRow, Requests } from "../../services/Requests.ts"
import { orStoreError } from "./Errors.ts"
import * as Saying from "./Saying.ts"

const Row = Schema.Struct({
  process_id: ProcessId,
  request_id: Schema.String,
  run_id: Schema.NullOr(RunId),
  request: Schema.fromJsonString(AgentRequest),
  answer: Schema.NullOr(Schema.fromJsonString(AgentAnswer))
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const encode = Schema.encodeEffect(Row)
const encodeAnswer = Schema.encodeEffect(Row.fields.answer)

const Stored = Schema.Struct({
  approval_id: ApprovalId,
  channel_id: ChannelId,
  run_id: RunId,
  process_id: ProcessId,
  request_id: Schema.String,
  request: Schema.fromJsonString(AgentRequest),
  status: Schema.Literals(["pending", "allowed", "allowed_always", "denied", "expired", "withdrawn"]),
  message: Schema.NullOr(Schema.String),
  created_at: Schema.Int,
  expires_at: Schema.Int,
  decided_at: Schema.NullOr(Schema.Int),
  decided_by: Schema.NullOr(Schema.String),
  cwd: Schema.String
})
const decodeApprovals = Schema.decodeUnknownEffect(Schema.Array(Stored))
const encodeApproval = Schema.encodeEffect(Stored)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal
  const columns = sql.csv(Object.keys(Row.fields).map((column) => sql`${sql(column)}`))
  const exactly = (process: ProcessId, request: string) => sql`process_id = ${process} AND request_id = ${request}`

  const record = (type: "approval.requested" | "approval.decided", at: number, approval: Approval) => {
    const { channel_id, run_id } = approval
    return journal.append([{ type, at, channel_id, run_id, data: approvalView(approval) }])
  }

  const cardKey = (id: ApprovalId) => `approval:${id}`
  const saying = yield* Saying.make

  /** On a chat platform the person is asked by a message with buttons; elsewhere who watches sees the approval itself. */
  const showCard = Effect.fnUntraced(function* (approval: Approval) {
    const { approval_id, channel_id, run_id } = approval
    const card = platformOf(channel_id) === "local" ? undefined : Cards.card(approval)
    if (card === undefined) return
    const key = cardKey(approval_id)
    yield* saying.say({ ...card, channel_id, run_id, key, verbatim: true, aside: true })
  })

  const meet = Effect.fn("Requests.meet")(
    function* (row: Omit<RequestRow, "answer">) {
      const created_at = yield* Clock.currentTimeMillis
      const met = { ...(yield* encode({ ...row, answer: null })), created_at }
      yield* sql`INSERT INTO agent_requests ${sql.insert(met)} ON CONFLICT (process_id, request_id) DO NOTHING`
      const stored = sql`SELECT ${columns} FROM agent_requests WHERE ${exactly(row.process_id, row.request_id)}`
      return (yield* decode(yield* stored))[0] ?? { ...row, answer: null }
    },
    sql.withTransaction,
    orStoreError("Requests.meet")
  )

  // The first answer stays: it may have been given already.
  const answer = Effect.fn("Requests.answer")(function* (process: ProcessId, request: string, answer: AgentAnswer) {
    const encoded = yield* encodeAnswer(answer)
    yield* sql`UPDATE agent_requests SET answer = ${encoded} WHERE ${exactly(process, request)} AND answer IS NULL`
  }, orStoreError("Requests.answer"))

  const ask = Effect.fn("Requests.ask")(
    function* (asked: Omit<Approval, "status" | "message" | "decided_at" | "decided_by">) {
      const approval: Approval = { ...asked, status: "pending", message: null, decided_at: null, decided_by: null }
      const opened = sql`INSERT INTO approvals ${sql.insert(yield* encodeApproval(approval))}
        ON CONFLICT (process_id, request_id) DO NOTHING RETURNING approval_id`
      if ((yield* opened).length > 0) {
        yield* record("approval.requested", approval.created_at, approval)
        yield* showCard(approval)
        return approval
      }
      const rows = yield* sql`SELECT * FROM approvals WHERE ${exactly(asked.process_id, asked.request_id)}`
      return (yield* decodeApprovals(rows))[0] ?? approval
    },
    sql.withTransaction,
    orStoreError("Requests.ask")
  )

  const approval = Effect.fn("Requests.approval")(function* (id: ApprovalId) {
    return (yield* decodeApprovals(yield* sql`SELECT * FROM approvals WHERE approval_id = ${id}`))[0]
  }, orStoreError("Requests.approval"))

  const decide = Effect.fn("Requests.decide")(
    function* (id: ApprovalId, status: Exclude<ApprovalStatus, "pending">, message: string | null, by?: string) {
      const decided_at = yield* Clock.currentTimeMillis
      const rows =
        yield* sql`UPDATE approvals SET ${sql.update({ status, message, decided_at, decided_by: by ?? null })}
        WHERE approval_id = ${id} AND status = 'pending' RETURNING *`
      const [decided] = yield* decodeApprovals(rows)
      if (decided === undefined) return false
      yield* record("approval.decided", decided_at, decided)
      yield* saying.amend(decided.run_id, cardKey(id), Cards.decided({ ...decided, status }))
      return true
    },
    sql.withTransaction,
    orStoreError("Requests.decide")
  )

  const note = Effect.fn("Requests.note")(function* (id: ApprovalId, message: string) {
    const rows = yield* sql`UPDATE approvals SET message = ${message}
      WHERE approval_id = ${id} AND status = 'pending' RETURNING approval_id`
    return rows.length > 0
  }, orStoreError("Requests.note"))

  const ofRun = Effect.fn("Requests.ofRun")(function* (run: RunId) {
    const rows = sql`SELECT ${columns} FROM agent_requests WHERE run_id = ${run} ORDER BY created_at, request_id`
    return yield* decode(yield* rows)
  }, orStoreError("Requests.ofRun"))

  const approvals = Effect.fn("Requests.approvals")(function* (run: RunId) {
    const rows = sql`SELECT * FROM approvals WHERE run_id = ${run} ORDER BY created_at, approval_id`
    return yield* decodeApprovals(yield* rows)
  }, orStoreError("Requests.approvals"))

  return Requests.of({ meet, answer, ask, approval, decide, note, ofRun, approvals })
})

export const layer = Layer.effect(Requests, make)
