/**
 * Permissions that nobody is asked for: tools on the channel's list, what people allowed for always, and, in a run that
 * nobody attends, a no instead of a question that would stand until its time is over.
 */
import { Clock, Effect } from "effect"
import type { AgentAnswer, AgentRequest } from "../../domain/AgentEvent.ts"
import { ruleOf } from "../../domain/permissions/Rule.ts"
import * as Words from "../../domain/permissions/Words.ts"
import type { RunInput } from "../../domain/RunState.ts"
import { system } from "../../domain/Subject.ts"
import type { StoreError } from "../../services/Store.ts"
import { give } from "./Approvals.ts"
import type { Attempt } from "./Hand.ts"
import * as Voice from "./Voice.ts"

type Asked = Extract<AgentRequest, { _tag: "Permission" | "Plan" }>

interface Ruling {
  readonly answer: AgentAnswer
  /** Stored with the answer. */
  readonly store: Effect.Effect<unknown, StoreError>
}

/** A task began it, or a webhook did and nobody has written since. */
const isAttended = Effect.fnUntraced(function* ({ world, job }: Attempt) {
  if (job.run.trigger === "task") return false
  const authors = yield* world.messages.authorsOf(job.run.run_id)
  return authors.length === 0 || authors.some(({ kind }) => kind !== "hook")
})

/** Read anew: "always" may have been said a moment ago. */
const byRule = Effect.fnUntraced(function* ({ world, job }: Attempt, request: Asked) {
  if (request._tag === "Plan") return undefined
  const { channel_id, parent_id } = job.channel
  const channels = parent_id === null ? [channel_id] : [channel_id, parent_id]
  return yield* world.rules.find(channels, ruleOf(request.tool, request.input))
})

/** Undefined where a person is asked. */
const rule = Effect.fnUntraced(function* (attempt: Attempt, request: Asked) {
  const { world, job } = attempt
  const { channel_id, run_id, task_id } = job.run
  const allow = { _tag: "Allow", input: request.input } as const
  if (request._tag === "Permission") {
    const { settings } = yield* world.channels.get(job.channel.channel_id)
    const allowed = settings.allowed_tools ?? job.effective.allowedTools
    if (allowed.includes(request.tool)) return { answer: allow, store: Effect.void } satisfies Ruling
  }
  const policy = (yield* isAttended(attempt)) ? "ask" : job.effective.unattendedPermissions
  const known = policy === "deny" ? undefined : yield* byRule(attempt, request)
  if (known !== undefined) {
    const at = yield* Clock.currentTimeMillis
    const data = { text: Words.byRule(known.rule_id, known.rule) }
    const store = world.journal.append([{ type: "run.note", at, channel_id, run_id, data }])
    return { answer: allow, store } satisfies Ruling
  }
  if (policy === "ask") return undefined
  const tool = request._tag === "Permission" ? request.tool : null
  const { agent, aloud } = Words.unattended(tool, task_id)
  const store = Effect.andThen(
    // Said once for each tool, however often the agent tries it.
    Voice.aloud(world, job, { key: `unattended:${tool ?? "plan"}`, text: aloud }),
    world.audit.record({
      actor: system,
      action: "approval.unattended",
      target: run_id,
      channel_id,
      outcome: "denied",
      detail: { ...(tool !== null && { tool }), policy }
    })
  )
  return { answer: { _tag: "Deny", message: agent }, store } satisfies Ruling
})

/** True when the item was such a permission, and has been answered. */
export const ruled = Effect.fnUntraced(function* (attempt: Attempt, item: RunInput, cursor: string | null) {
  if (item._tag !== "Agent" || item.event._tag !== "Requested") return false
  const { requestId, request } = item.event
  const { world, job, loan, state } = attempt
  if (request._tag !== "Permission" && request._tag !== "Plan") return false
  if ((state.unasked && !state.received) || state.stopping !== null) return false
  // A person is being asked already.
  if (state.waiting.includes(requestId)) return false
  const ruling = yield* rule(attempt, request)
  if (ruling === undefined) return false
  const { answer, store } = ruling
  const process_id = loan.agent.processId
  const now = yield* Clock.currentTimeMillis
  const first = yield* world.store.transaction(
    Effect.gen(function* () {
      const met = yield* world.requests.meet({ process_id, request_id: requestId, run_id: job.run.run_id, request })
      if (met.answer === null) {
        yield* world.requests.answer(process_id, requestId, answer)
        yield* store
      }
      if (cursor !== null) yield* world.processes.advance(process_id, { cursor, at: now, costUsd: 0 })
      return met.answer
    })
  )
  yield* give(attempt, requestId, first ?? answer)
  return true
})
