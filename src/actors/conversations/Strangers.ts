/** What owners decide about somebody who called without a role. */
import { Effect } from "effect"
import * as Card from "../../domain/access/Card.ts"
import { allow } from "../../domain/chat/Grants.ts"
import type { AskId } from "../../domain/Ids.ts"
import type { Subject } from "../../domain/Subject.ts"
import { audited, authorOf, permitted, refuse, type Shared } from "./Shared.ts"

/** The sentence to show. The role, the card and the line of the audit log are one transaction. */
export const admit = Effect.fn("Conversations.admit")(function* (
  shared: Shared,
  subject: Subject,
  id: AskId,
  decision: Card.Decision
) {
  const ask = yield* shared.strangers.get(id)
  if (ask === undefined) return yield* refuse("not_found", Card.gone)
  const { channel_id, name, person_id } = ask
  const act = { actor: subject, action: `access.${decision}`, target: `user:${person_id}`, channel_id }
  yield* permitted(shared, subject, "grant", channel_id).pipe(audited(shared, act))
  const by = authorOf(subject).author_name ?? null
  yield* shared.store.transaction(
    Effect.gen(function* () {
      if (!(yield* shared.strangers.decide(id, decision, by))) return yield* refuse("conflict", Card.alreadyAnswered)
      yield* shared.audit.record(act)
      if (decision === "ignore") return
      const { permissions: own } = yield* shared.channels.get(channel_id)
      const nobody = { users: [], roles: [] }
      const before = { owners: own.owners ?? nobody, members: own.members ?? nobody }
      yield* shared.channels.patch(channel_id, { permissions: allow(before, "user", person_id, decision) })
    })
  )
  return Card.done(name, decision)
})
