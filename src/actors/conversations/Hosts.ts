/** What people decide about a host that an agent was refused. */
import { Effect } from "effect"
import { listed } from "../../domain/egress/Policy.ts"
import * as Words from "../../domain/egress/Words.ts"
import type { AskId } from "../../domain/Ids.ts"
import type { AskDecision } from "../../services/EgressAsks.ts"
import type { Subject } from "../../services/Tokens.ts"
import { audited, authorOf, permitted, refuse, type Shared } from "./Shared.ts"

/** It holds at once, also for what runs now. For owners: it opens the box. The sentence to show. */
export const allowHost = Effect.fn("Conversations.allowHost")(function* (
  shared: Shared,
  subject: Subject,
  id: AskId,
  decision: AskDecision
) {
  const ask = yield* shared.asks.get(id)
  if (ask === undefined) return yield* refuse("not_found", Words.askGone)
  const where = `${ask.host}:${ask.port}`
  const channel_id = ask.channel_id
  const act = { actor: subject, action: "host.allow", target: where, channel_id, detail: { decision } }
  const root = yield* Effect.gen(function* () {
    const channel = yield* permitted(shared, subject, "grant", channel_id)
    // Threads have what their channel has.
    const root = yield* shared.channels.root(channel)
    if (decision === "channel") yield* permitted(shared, subject, "grant", root.channel_id)
    return root.channel_id
  }).pipe(audited(shared, act))
  const by = authorOf(subject).author_name ?? null
  yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.asks.decide(id, decision, by))) return yield* refuse("conflict", Words.alreadyAnswered)
      yield* shared.audit.record(act)
      if (decision === "once") return
      const { settings } = yield* shared.channels.get(root)
      yield* shared.channels.patch(root, { settings: { network: listed(settings.network, ask) } })
    })
  )
  return (decision === "once" ? Words.allowedOnce : Words.allowedHere)(where, by ?? "by its owner")
})
