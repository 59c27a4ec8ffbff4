/** `/api/audit`: who did what that not everybody may. */
import { Schema } from "effect"
import { instant } from "../domain/Views.ts"
import { Audit, type AuditEntry } from "../services/Audit.ts"
import { administering } from "./Administering.ts"
import { findChannel } from "./Channels.ts"
import { invalidField } from "./Problem.ts"
import { route } from "./Route.ts"
import { Instant, Limit } from "./Shapes.ts"

export const AuditShape = Schema.Struct({
  id: Schema.Int,
  at: Instant,
  actor: Schema.Struct({
    kind: Schema.Literals(["owner", "token", "person", "hook", "system", "run"]),
    id: Schema.String,
    name: Schema.String
  }),
  via: Schema.String.annotate({ description: "A platform's name, `http`, `page`, `cli`, `mcp`, `agent` or `loop`" }),
  action: Schema.String,
  target: Schema.String,
  channel_id: Schema.optionalKey(Schema.String),
  outcome: Schema.Literals(["done", "denied", "failed"]),
  detail: Schema.Json
}).annotate({ identifier: "AuditEntry" })

const shown = (entry: AuditEntry): typeof AuditShape.Type => {
  const { action, actor, actor_kind, actor_name, at, channel_id, detail, id, outcome, target, via } = entry
  return {
    id,
    at: instant(at),
    actor: { kind: actor_kind, id: actor, name: actor_name },
    via,
    action,
    target,
    ...(channel_id !== null && { channel_id }),
    outcome,
    detail
  }
}

const list = route(
  "GET",
  "/api/audit",
  {
    summary: "The audit log, newest first: of a channel with its threads, or of everything. For who may administer it",
    query: Schema.Struct({
      channel_id: Schema.optionalKey(Schema.NonEmptyString),
      since: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "An instant; inclusive" })),
      limit: Limit
    }),
    answer: { status: 200, description: "The entries", schema: Schema.Array(AuditShape) },
    problems: [404]
  },
  function* ({ query: { channel_id, limit, since }, subject }) {
    const channel = channel_id === undefined ? undefined : (yield* findChannel(subject, channel_id)).channel_id
    yield* administering(subject, "audit.read", channel ?? "*")
    const from = since === undefined ? undefined : Date.parse(since)
    if (from !== undefined && Number.isNaN(from)) return yield* invalidField("since", "is an RFC 3339 instant")
    const filter = { limit, ...(channel !== undefined && { channel }), ...(from !== undefined && { since: from }) }
    return (yield* Audit.use((audit) => audit.list(filter))).map(shown)
  }
)

export const auditRoutes = [list]
