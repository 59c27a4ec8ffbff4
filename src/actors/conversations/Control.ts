/** What is done about a running conversation: looked at, stopped, reset, decided. */
import { Effect } from "effect"
import type { ApprovalId, ChannelId } from "../../domain/Ids.ts"
import type { ChannelStatus } from "../../services/Conversations.ts"
import type { Subject } from "../../services/Tokens.ts"
import { permitted, refuse, type Shared } from "./Shared.ts"

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

export const stop = Effect.fn("Conversations.stop")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  yield* permitted(shared, subject, "write", id)
  const { stopped, run_id } = yield* shared.gate.stop(id)
  return { stopped, ...(run_id !== null && { run_id }) }
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
  const channel = yield* permitted(shared, subject, "write", approval.channel_id)
  const { request } = approval
  const decided = yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.requests.decide(id, statusOf[decision], message))) return false
      if (decision === "allow_always" && request._tag === "Permission") {
        const config = yield* shared.settings.current
        const known = channel.settings.allowed_tools ?? config.allowed_tools
        const allowed_tools = [...new Set([...known, request.tool])]
        yield* shared.channels.patch(channel.channel_id, { settings: { allowed_tools } })
      }
      return true
    })
  )
  if (!decided) {
    const now = yield* shared.requests.approval(id)
    return yield* refuse("conflict", `That was answered already: it is ${now?.status ?? "gone"}.`)
  }
  yield* shared.gate.decided(approval.channel_id)
})
