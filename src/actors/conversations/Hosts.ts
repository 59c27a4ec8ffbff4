/** What people decide about a host that an agent was refused. */
import { Effect } from "effect"
import { listed } from "../../domain/egress/Policy.ts"
import * as Words from "../../domain/egress/Words.ts"
import type { AskId } from "../../domain/Ids.ts"
import type { AskDecision } from "../../services/EgressAsks.ts"
import type { Subject } from "../../services/Tokens.ts"
import { authorOf, permitted, refuse, type Shared } from "./Shared.ts"

/** It holds at once, also for what runs now. For owners: it opens the box. The sentence to show. */
export const allowHost = Effect.fn("Conversations.allowHost")(function* (
  shared: Shared,
  subject: Subject,
  id: AskId,
  decision: AskDecision
) {
  const ask = yield* shared.asks.get(id)
  if (ask === undefined) return yield* refuse("not_found", Words.askGone)
  const channel = yield* permitted(shared, subject, "grant", ask.channel_id)
  const by = authorOf(subject).author_name ?? null
  const where = `${ask.host}:${ask.port}`
  yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.asks.decide(id, decision, by))) return yield* refuse("conflict", Words.alreadyAnswered)
      if (decision === "once") return
      // Threads have what their channel has.
      const root = yield* shared.channels.root(channel)
      yield* permitted(shared, subject, "grant", root.channel_id)
      yield* shared.channels.patch(root.channel_id, { settings: { network: listed(root.settings.network, ask) } })
    })
  )
  return (decision === "once" ? Words.allowedOnce : Words.allowedHere)(where, by ?? "by its owner")
})
