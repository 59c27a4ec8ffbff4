/** What is done about a running conversation: looked at, stopped, reset, decided. */
import { Effect } from "effect"
import { withAnswer } from "../../domain/Approval.ts"
import type { ApprovalId, ChannelId, RunId } from "../../domain/Ids.ts"
import { isLive } from "../../domain/Run.ts"
import type { ChannelStatus } from "../../services/Conversations.ts"
import { areOwn, authorsOf, type Subject } from "../../domain/Subject.ts"
import * as Rules from "./Rules.ts"
import { audited, permitted, refuse, type Shared } from "./Shared.ts"

export const inspect = Effect.fn("Conversations.inspect")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  yield* permitted(shared, subject, "read", id)
  const run = (yield* shared.runs.live(id)) ?? null
  const queued = yield* shared.messages.queued(id)
  const slot = run !== null && (yield* shared.gate.waitsFor(id)) === "slot"
  const status: ChannelStatus = {
    state: run === null ? "idle" : "running",
    run,
    queue: queued.map(({ message_id, content, author_name, created_at }) => ({
      message_id,
      content,
      author_name,
      created_at,
      waiting_for: slot ? "slot" : "turn"
    }))
  }
  return status
})

const stopping = (actor: Subject, channel_id: ChannelId, run: RunId | null) => {
  return { actor, action: "run.stop", target: run ?? channel_id, channel_id }
}

/** Whose work it was may end it without a word. */
const stoppedBy = Effect.fnUntraced(function* (shared: Shared, subject: Subject, id: ChannelId, run: RunId | null) {
  const authors = run === null ? [] : yield* shared.messages.authorsOf(run)
  if (!areOwn(authors, subject)) yield* shared.audit.record(stopping(subject, id, run))
})

export const stop = Effect.fn("Conversations.stop")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const run = yield* shared.runs.live(id)
  yield* permitted(shared, subject, "write", id).pipe(audited(shared, stopping(subject, id, run?.run_id ?? null)))
  const { stopped, run_id } = yield* shared.gate.stop(id)
  if (stopped) yield* stoppedBy(shared, subject, id, run_id)
  return { stopped, ...(run_id !== null && { run_id }) }
})

/** Ends that run, if it is still at work. */
export const stopRun = Effect.fn("Conversations.stopRun")(function* (shared: Shared, subject: Subject, id: RunId) {
  const { channel_id, status } = yield* shared.runs.get(id)
  yield* permitted(shared, subject, "write", channel_id).pipe(audited(shared, stopping(subject, channel_id, id)))
  if (!isLive(status)) return { stopped: false }
  const { stopped } = yield* shared.gate.stop(channel_id, "stopped", id)
  if (stopped) yield* stoppedBy(shared, subject, channel_id, id)
  return { stopped }
})

export const reset = Effect.fn("Conversations.reset")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  yield* permitted(shared, subject, "write", id)
  yield* shared.store.transaction(
    Effect.gen(function* () {
      const resets = (yield* shared.channels.get(id)).resets + 1
      const [newest] = yield* shared.messages.list(id, { limit: 1 })
      const conversation = { session_id: null, last_message_uuid: null, fork_from: null }
      yield* shared.channels.patch(id, { ...conversation, resets, reset_seq: newest?.seq ?? 0 })
    })
  )
  yield* shared.gate.reset(id)
  yield* shared.gate.prepare(id)
})

export const prepare = Effect.fn("Conversations.prepare")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  yield* permitted(shared, subject, "write", id)
  yield* shared.gate.prepare(id)
})

const nameOf = (subject: Subject): string | undefined => (subject.kind === "person" ? subject.name : undefined)

const statusOf = { allow: "allowed", allow_always: "allowed_always", deny: "denied" } as const

export const decide = Effect.fn("Conversations.decide")(function* (
  shared: Shared,
  subject: Subject,
  id: ApprovalId,
  decision: keyof typeof statusOf,
  message: string | null
) {
  const approval = yield* shared.requests.approval(id)
  if (approval === undefined) return yield* refuse("not_found", `There is no approval ${id}.`)
  const { request } = approval
  // For good it is a rule of the channel that widens what its agent may do.
  const widens = decision === "allow_always" && request._tag === "Permission"
  const act = {
    actor: subject,
    action: "approval.decide",
    target: id,
    channel_id: approval.channel_id,
    detail: { decision, ...(request._tag === "Permission" && { tool: request.tool }) }
  }
  yield* permitted(shared, subject, widens ? "grant" : "write", approval.channel_id).pipe(audited(shared, act))
  const decided = yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.requests.decide(id, statusOf[decision], message, nameOf(subject)))) return false
      if (message !== null) yield* shared.messages.sign(approval.run_id, authorsOf(subject))
      yield* shared.audit.record(act)
      if (widens) yield* Rules.make(shared, subject, approval)
      return true
    })
  )
  if (!decided) return yield* tooLate(shared, id)
  yield* shared.gate.decided(approval.channel_id)
})

const tooLate = Effect.fnUntraced(function* (shared: Shared, id: ApprovalId) {
  const now = yield* shared.requests.approval(id)
  return yield* refuse("conflict", `That was answered already: it is ${now?.status ?? "gone"}.`)
})

export const answer = Effect.fn("Conversations.answer")(function* (
  shared: Shared,
  subject: Subject,
  id: ApprovalId,
  question: number,
  text: string
) {
  const approval = yield* shared.requests.approval(id)
  if (approval === undefined) return yield* refuse("not_found", `There is no approval ${id}.`)
  const { channel_id, request } = approval
  const act = { actor: subject, action: "approval.decide", target: id, channel_id, detail: { decision: "answer" } }
  yield* permitted(shared, subject, "write", channel_id).pipe(audited(shared, act))
  const given = text.trim()
  if (given === "") return yield* refuse("invalid", "The answer is empty: write what the agent should know.", "text")
  const left = yield* shared.store.transaction(
    Effect.gen(function* () {
      const now = yield* shared.requests.approval(id)
      if (now?.status !== "pending") return yield* tooLate(shared, id)
      const next = withAnswer(request, now.message, question, given)
      if (next === undefined) return yield* refuse("not_found", "That question is not asked.", "question")
      yield* shared.messages.sign(approval.run_id, authorsOf(subject))
      if (next.left > 0) yield* shared.requests.note(id, next.message)
      else {
        yield* shared.requests.decide(id, "allowed", next.message, nameOf(subject))
        yield* shared.audit.record(act)
      }
      return next.left
    })
  )
  if (left === 0) yield* shared.gate.decided(channel_id)
  return left
})
