/** Who may do what in a channel: given and taken by its owners. */
import { Effect } from "effect"
import { allow, deny, inForce, type HolderKind, type Role } from "../../domain/chat/Grants.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import type { Subject } from "../../services/Tokens.ts"
import { audited, permitted, type Shared } from "./Shared.ts"

/** A thread that had no grants of its own keeps those it used, so that the change is the only one. */
export const grant = Effect.fn("Conversations.grant")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  change: { readonly kind: HolderKind; readonly id: string; readonly role: Role | null }
) {
  const { id: holder, kind, role } = change
  const action = role === null ? "role.deny" : "role.allow"
  const act = { actor: subject, action, target: `${kind}:${holder}`, channel_id: id, detail: { role } }
  yield* permitted(shared, subject, "grant", id).pipe(audited(shared, act))
  yield* shared.store.transaction(
    Effect.gen(function* () {
      const channel = yield* shared.channels.get(id)
      const parent = yield* shared.channels.root(channel)
      const before = inForce(channel.permissions, parent.permissions)
      const permissions = role === null ? deny(before, kind, holder) : allow(before, kind, holder, role)
      yield* shared.channels.patch(id, { permissions })
      yield* shared.audit.record(act)
    })
  )
})
