/** Who may do what in a channel: given and taken by its owners. */
import { Effect } from "effect"
import { allow, deny, inForce, type HolderKind, type Role } from "../../domain/chat/Grants.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import type { Subject } from "../../services/Tokens.ts"
import { permitted, type Shared } from "./Shared.ts"

/** A thread that had no grants of its own keeps those it used, so that the change is the only one. */
export const grant = Effect.fn("Conversations.grant")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  change: { readonly kind: HolderKind; readonly id: string; readonly role: Role | null }
) {
  yield* shared.store.transaction(
    Effect.gen(function* () {
      const channel = yield* permitted(shared, subject, "grant", id)
      const parent = yield* shared.channels.root(channel)
      const before = inForce(channel.permissions, parent.permissions)
      const permissions =
        change.role === null ? deny(before, change.kind, change.id) : allow(before, change.kind, change.id, change.role)
      yield* shared.channels.patch(id, { permissions })
    })
  )
})
