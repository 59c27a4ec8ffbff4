/** `Authorizer` by grants: the configuration's, the installation's, and those of the channel or its parent. */
import { Effect, Layer } from "effect"
import { inForce, may, none, roleOf, type Action, type Grants, type OwnGrants } from "../domain/chat/Grants.ts"
import { ChannelId } from "../domain/Ids.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import { Denied } from "../services/Conversations.ts"
import { Installation } from "../services/Installation.ts"
import { Settings } from "../services/Settings.ts"
import type { StoreError } from "../services/Store.ts"
import type { Subject } from "../services/Tokens.ts"

const make = Effect.gen(function* () {
  const channels = yield* Channels
  const installation = yield* Installation
  const settings = yield* Settings

  const rowOf = (id: ChannelId) => Effect.catchTag(channels.get(id), "ChannelNotFound", () => Effect.undefined)

  const ownOf = (id: ChannelId | null) =>
    id === null ? Effect.succeed<OwnGrants>({}) : Effect.map(rowOf(id), (row): OwnGrants => row?.permissions ?? {})

  const grantsIn = Effect.fnUntraced(function* (resource: string, parent: ChannelId | undefined) {
    if (!resource.includes(":")) return none
    const row = yield* rowOf(ChannelId.make(resource))
    const above = row === undefined ? (parent ?? null) : row.parent_id
    return inForce(row?.permissions ?? {}, yield* ownOf(above))
  }) satisfies (resource: string, parent: ChannelId | undefined) => Effect.Effect<Grants, StoreError>

  const authorize = Effect.fn("Authorizer.authorize")(function* (
    subject: Subject,
    action: Action,
    resource: string,
    parent?: ChannelId
  ) {
    if (subject.kind === "owner" || subject.kind === "system") return
    // The configuration's grants are the global file's: a project's own file can neither clear nor replace them.
    const { permissions } = yield* settings.current
    const role = roleOf(subject, permissions, yield* installation.grants, yield* grantsIn(resource, parent))
    if (!may(role, action)) return yield* new Denied({ action, resource })
  })

  return Authorizer.of({ authorize })
})

export const layer = Layer.effect(Authorizer, make)
