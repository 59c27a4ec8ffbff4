/** What people decide about spending: that more is allowed, and that work goes on before a usage limit is over. */
import { Clock, Effect } from "effect"
import { everywhere } from "../../domain/budget/Limits.ts"
import * as Words from "../../domain/budget/Words.ts"
import * as ButtonIds from "../../domain/chat/ButtonIds.ts"
import type { AskId, ChannelId } from "../../domain/Ids.ts"
import type { Subject } from "../../services/Tokens.ts"
import { audited, authorOf, permitted, refuse, type Shared } from "./Shared.ts"

/** For those who set the limit: owners of the channel, or of the installation. The sentence to show. */
export const raise = Effect.fn("Conversations.raiseBudget")(function* (shared: Shared, subject: Subject, id: AskId) {
  const ask = yield* shared.spending.asked(id)
  if (ask === undefined) return yield* refuse("not_found", Words.askGone)
  const { amount_usd, level, period, place, scope, until } = ask
  const act = {
    actor: subject,
    action: "budget.raise",
    target: `${level} ${period}`,
    channel_id: scope === everywhere ? place : scope,
    detail: { amount_usd, scope }
  }
  yield* shared.authorizer.authorize(subject, "grant", scope).pipe(audited(shared, act))
  if (subject.kind === "run") return yield* refuse("invalid", Words.notByAgents)
  const now = yield* Clock.currentTimeMillis
  if (until !== null && until <= now) return yield* refuse("conflict", Words.over)
  const by = authorOf(subject).author_name ?? null
  yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.spending.raise(id, now, by))) return yield* refuse("conflict", Words.alreadyRaised)
      yield* shared.audit.record(act)
      yield* shared.messages.unbutton(place, ButtonIds.raise(id))
    })
  )
  return Words.raised(level, amount_usd, by)
})

/** The sentence to show. */
export const resume = Effect.fn("Conversations.resume")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  yield* permitted(shared, subject, "write", id)
  if (!(yield* shared.limits.lift(id))) return Words.notParked
  yield* shared.gate.wake(id)
  return Words.unparked
})
