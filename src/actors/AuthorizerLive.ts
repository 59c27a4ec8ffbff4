/**
 * `Authorizer`: a person by grants (the configuration's, the installation's, those of the channel or its parent), a token by
 * its scope, a run by all for whom it works.
 */
import { Effect, Layer } from "effect"
import { allows } from "../domain/Access.ts"
import { inForce, may, none, roleOf, type Action, type Grants, type OwnGrants } from "../domain/chat/Grants.ts"
import type { Channel } from "../domain/Channel.ts"
import { ChannelId } from "../domain/Ids.ts"
import type { Subject } from "../domain/Subject.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import { Denied } from "../services/Conversations.ts"
import { Installation } from "../services/Installation.ts"
import { ScopedTokens } from "../services/ScopedTokens.ts"
import { Settings } from "../services/Settings.ts"
import type { StoreError } from "../services/Store.ts"

const rootOf = ({ channel_id, parent_id }: Channel): ChannelId => parent_id ?? channel_id

const make = Effect.gen(function* () {
  const channels = yield* Channels
  const installation = yield* Installation
  const settings = yield* Settings
  const tokens = yield* ScopedTokens

  const rowOf = (id: string) =>
    id.includes(":")
      ? Effect.catchTag(channels.get(ChannelId.make(id)), "ChannelNotFound", () => Effect.undefined)
      : Effect.undefined

  const ownOf = (id: ChannelId | null) =>
    id === null ? Effect.succeed<OwnGrants>({}) : Effect.map(rowOf(id), (row): OwnGrants => row?.permissions ?? {})

  const grantsIn = Effect.fnUntraced(function* (resource: string, parent: ChannelId | undefined) {
    if (!resource.includes(":")) return none
    const row = yield* rowOf(resource)
    const above = row === undefined ? (parent ?? null) : row.parent_id
    return inForce(row?.permissions ?? {}, yield* ownOf(above))
  }) satisfies (resource: string, parent: ChannelId | undefined) => Effect.Effect<Grants, StoreError>

  const within = Effect.fnUntraced(function* (id: string, action: Action, resource: string, parent?: ChannelId) {
    const token = yield* tokens.get(id)
    if (token === undefined) return false
    const row = yield* rowOf(resource)
    const above = row === undefined ? (parent ?? null) : row.parent_id
    return allows(token.scope, action, above === null ? [resource] : [resource, above])
  })

  /** Where nobody knows who asked, a run may speak and look in its channel and that one's threads, and nothing else. */
  const isAtHome = Effect.fnUntraced(function* (home: ChannelId, action: Action, resource: string) {
    if (action !== "read" && action !== "write") return false
    if (resource === home) return true
    const [own, there] = [yield* rowOf(home), yield* rowOf(resource)]
    return own !== undefined && there !== undefined && rootOf(own) === rootOf(there)
  })

  const isAllowed = (
    subject: Subject,
    action: Action,
    resource: string,
    parent?: ChannelId
  ): Effect.Effect<boolean, StoreError> =>
    Effect.gen(function* () {
      switch (subject.kind) {
        case "owner":
        case "system":
          return true
        case "hook":
          return resource === subject.channel_id && (action === "read" || action === "write")
        case "token":
          return yield* within(subject.token_id, action, resource, parent)
        case "person": {
          // The configuration's grants are the global file's: a project's own file can neither clear nor replace them.
          const { permissions } = yield* settings.current
          const role = roleOf(subject, permissions, yield* installation.grants, yield* grantsIn(resource, parent))
          return may(role, action)
        }
        case "run": {
          if (subject.authors.length === 0) return yield* isAtHome(subject.channel_id, action, resource)
          for (const author of subject.authors) {
            if (!(yield* isAllowed(author, action, resource, parent))) return false
          }
          return true
        }
      }
    })

  const authorize = Effect.fn("Authorizer.authorize")(function* (
    subject: Subject,
    action: Action,
    resource: string,
    parent?: ChannelId
  ) {
    if (!(yield* isAllowed(subject, action, resource, parent))) return yield* new Denied({ action, resource })
  })

  const readable = Effect.fn("Authorizer.readable")(function* (subject: Subject) {
    if (yield* isAllowed(subject, "read", "*")) return "*" as const
    const rows = yield* channels.search("")
    const open = yield* Effect.filter(rows, ({ channel_id }) => isAllowed(subject, "read", channel_id))
    return open.map(({ channel_id }) => channel_id)
  })

  return Authorizer.of({ authorize, readable })
})

export const layer = Layer.effect(Authorizer, make)
