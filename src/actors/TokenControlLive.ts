/** `TokenControl`: rows, and a line of the audit log in the same transaction. */
import { Clock, Effect, Layer } from "effect"
import { everywhere, type TokenScope } from "../domain/Access.ts"
import type { Subject } from "../domain/Subject.ts"
import { ChannelId } from "../domain/Ids.ts"
import { Audit } from "../services/Audit.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import { ScopedTokens } from "../services/ScopedTokens.ts"
import { Store } from "../services/Store.ts"
import { TokenControl, type TokenDraft } from "../services/TokenControl.ts"
import { audited, refuse } from "./conversations/Shared.ts"

const make = Effect.gen(function* () {
  const audit = yield* Audit
  const authorizer = yield* Authorizer
  const channels = yield* Channels
  const store = yield* Store
  const tokens = yield* ScopedTokens

  const administers = Effect.fnUntraced(function* (subject: Subject, { channels: named }: TokenScope) {
    for (const each of named) yield* authorizer.authorize(subject, "administer", each)
  })

  /** `*` by itself says all; a channel must be one. */
  const checked = Effect.fnUntraced(function* ({ access, channels: named }: TokenScope) {
    if (named.includes(everywhere)) return { access, channels: [everywhere] }
    const ids = [...new Set(named)]
    for (const id of ids) {
      if (!id.includes(":")) {
        return yield* refuse("invalid", `${id} is no id of a channel, such as local:abcd….`, "scope")
      }
      yield* channels.get(ChannelId.make(id))
    }
    return { access, channels: ids }
  })

  const expiry = Effect.fnUntraced(function* (subject: Subject, wanted: number | undefined) {
    if (wanted !== undefined && wanted <= (yield* Clock.currentTimeMillis)) {
      return yield* refuse("invalid", "expires_at lies in the past: name an instant to come.", "expires_at")
    }
    const maker = subject.kind === "token" ? yield* tokens.get(subject.token_id) : undefined
    const latest = maker?.expires_at ?? null
    if (wanted === undefined) return latest
    return latest === null ? wanted : Math.min(wanted, latest)
  })

  const create = Effect.fn("TokenControl.create")(function* (subject: Subject, draft: TokenDraft) {
    const name = draft.name.trim()
    const detail = { name, channels: draft.scope.channels, access: draft.scope.access }
    const act = { actor: subject, action: "token.create", detail }
    yield* administers(subject, draft.scope).pipe(audited({ audit }, { ...act, target: name }))
    if (name === "") return yield* refuse("invalid", "Give the token a name.", "name")
    const scope = yield* checked(draft.scope)
    const expires_at = yield* expiry(subject, draft.expires_at)
    const created_by = subject.kind === "token" ? subject.token_id : null
    return yield* store.transaction(
      Effect.tap(tokens.create({ name, scope, created_by, expires_at }), ({ row }) =>
        audit.record({ ...act, target: row.token_id })
      )
    )
  })

  const list = Effect.fn("TokenControl.list")(function* (subject: Subject) {
    return yield* Effect.filter(yield* tokens.list, ({ scope }) =>
      administers(subject, scope).pipe(
        Effect.as(true),
        Effect.catchTag("Denied", () => Effect.succeed(false))
      )
    )
  })

  const revoke = Effect.fn("TokenControl.revoke")(function* (subject: Subject, id: string) {
    const row = yield* tokens.get(id)
    // Who may make none is not told which there are.
    const scope: TokenScope = row?.scope ?? { channels: [everywhere], access: "admin" }
    const act = { actor: subject, action: "token.revoke", target: id, detail: { name: row?.name ?? null } }
    yield* administers(subject, scope).pipe(audited({ audit }, act))
    if (row === undefined) return yield* refuse("not_found", `There is no token ${id}: it was revoked, or has expired.`)
    yield* store.transaction(
      Effect.flatMap(tokens.revoke(id), (count) => audit.record({ ...act, detail: { ...act.detail, revoked: count } }))
    )
  })

  return TokenControl.of({ create, list, revoke })
})

export const layer = Layer.effect(TokenControl, make)
