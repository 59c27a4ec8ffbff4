/** `/api/channels/{id}/rules`: what is always allowed there. */
import { Schema } from "effect"
import { textOf } from "../domain/permissions/Rule.ts"
import { instant } from "../domain/Views.ts"
import { Conversations } from "../services/Conversations.ts"
import type { PermissionRule } from "../services/PermissionRules.ts"
import { findChannel } from "./Channels.ts"
import { route } from "./Route.ts"
import { Instant } from "./Shapes.ts"

const RuleShape = Schema.Struct({
  id: Schema.String,
  channel_id: Schema.String.annotate({ description: "A thread goes by its channel's rules, too." }),
  rule: Schema.String.annotate({
    description: "As the CLI writes rules, such as `Bash(npm test)`; matched literally."
  }),
  tool: Schema.String,
  kind: Schema.Literals(["command", "file", "domain", "input", "any"]).annotate({
    description:
      "What it is limited to: exactly that command, that file, that host, exactly that input, or nothing but the tool."
  }),
  approval_id: Schema.String.annotate({ description: "The question whose answer made it." }),
  made_at: Instant,
  made_by: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "PermissionRule" })

const shown = ({ approval_id, channel_id, made_at, made_by, rule, rule_id }: PermissionRule) => ({
  id: rule_id,
  channel_id,
  rule: textOf(rule),
  tool: rule.tool,
  kind: rule.kind,
  approval_id,
  made_at: instant(made_at),
  ...(made_by !== null && { made_by })
})

const list = route(
  "GET",
  "/api/channels/{id}/rules",
  {
    summary: "What people allowed for always in the channel, oldest first",
    answer: { status: 200, description: "The rules in force", schema: Schema.Array(RuleShape) },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    return (yield* Conversations.use((all) => all.rules(subject, channel_id))).map(shown)
  }
)

const revoke = route(
  "DELETE",
  "/api/channels/{id}/rules/{rule_id}",
  {
    summary: "Takes a rule back: the next use of the tool is asked about again. For owners",
    answer: { status: 204, description: "Revoked" },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    yield* Conversations.use((all) => all.revokeRule(subject, channel_id, params["rule_id"] ?? ""))
    return undefined
  }
)

export const ruleRoutes = [list, revoke]
