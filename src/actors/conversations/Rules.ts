/** What is always allowed in a channel: shown to its members, taken back by its owners. */
import { Clock, Effect } from "effect"
import type { ChannelId } from "../../domain/Ids.ts"
import { base32 } from "../../domain/Base32.ts"
import { ruleOf } from "../../domain/permissions/Rule.ts"
import * as Words from "../../domain/permissions/Words.ts"
import type { Approval } from "../../services/Requests.ts"
import type { Subject } from "../../services/Tokens.ts"
import { audited, authorOf, permitted, refuse, type Shared } from "./Shared.ts"

/** Part of the transaction of the decision that it comes from, which was authorized. */
export const make = Effect.fnUntraced(function* (shared: Shared, subject: Subject, approval: Approval) {
  const { approval_id, channel_id, request } = approval
  if (request._tag !== "Permission") return
  const rule_id = base32(yield* shared.random.randomBytes(5))
  const made_at = yield* Clock.currentTimeMillis
  const made_by = authorOf(subject).author_name ?? null
  const rule = ruleOf(request.tool, request.input)
  const made = yield* shared.rules.add({ rule_id, channel_id, rule, approval_id, made_at, made_by })
  if (made.rule_id !== rule_id) return
  const detail = { tool: rule.tool, kind: rule.kind, approval_id }
  yield* shared.audit.record({ actor: subject, action: "rule.make", target: rule_id, channel_id, detail })
})

/** A thread goes by its channel's rules, too. */
export const list = Effect.fn("Conversations.rules")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const channel = yield* permitted(shared, subject, "read", id)
  return yield* shared.rules.list(channel.parent_id === null ? [id] : [id, channel.parent_id])
})

export const revoke = Effect.fn("Conversations.revokeRule")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  rule: string
) {
  const found = (yield* list(shared, subject, id)).find(({ rule_id }) => rule_id === rule)
  const channel_id = found?.channel_id ?? id
  const act = {
    actor: subject,
    action: "rule.revoke",
    target: rule.slice(0, 40),
    channel_id,
    ...(found !== undefined && { detail: { tool: found.rule.tool, kind: found.rule.kind } })
  }
  yield* permitted(shared, subject, "grant", channel_id).pipe(audited(shared, act))
  if (found === undefined) return yield* refuse("not_found", Words.noRule(rule))
  yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.rules.revoke(rule, authorOf(subject).author_name ?? null))) {
        return yield* refuse("not_found", Words.noRule(rule))
      }
      yield* shared.audit.record(act)
    })
  )
  return found
})
