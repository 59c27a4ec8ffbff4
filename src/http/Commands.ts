/** What a person decides and commands: approvals, chat commands, and the text that explains it all. */
import { Schema } from "effect"
import { ApprovalId } from "../domain/Ids.ts"
import { Conversations } from "../services/Conversations.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { findChannel } from "./Channels.ts"
import { route } from "./Route.ts"

const Decision = Schema.Literals(["allow", "allow_always", "deny"])

const decide = route(
  "POST",
  "/api/approvals/{id}",
  {
    summary: "Answers an approval or a question; 409 when it is decided or expired",
    body: Schema.Struct({ decision: Decision, message: Schema.optionalKey(Schema.NullOr(Schema.String)) }),
    answer: {
      status: 200,
      description: "Decided",
      schema: Schema.Struct({ approval_id: Schema.String, decision: Decision })
    },
    problems: [404, 409]
  },
  function* ({ subject, params, body }) {
    const id = ApprovalId.make(params["id"] ?? "")
    yield* Conversations.use((all) => all.decide(subject, id, body.decision, body.message ?? null))
    return { approval_id: id, decision: body.decision }
  }
)

const command = route(
  "POST",
  "/api/commands",
  {
    summary: "Carries out a chat command (`stop`, `reset`, `queue`, `tasks`, …) and gives its text",
    body: Schema.Struct({
      channel_id: Schema.NonEmptyString,
      command: Schema.NonEmptyString,
      options: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
    }),
    answer: { status: 200, description: "What to show", schema: Schema.Struct({ text: Schema.String }) },
    problems: [404, 409, 501]
  },
  function* ({ subject, body }) {
    const { channel_id } = yield* findChannel(subject, body.channel_id)
    const { text } = yield* Conversations.use((all) =>
      all.command(subject, channel_id, body.command, body.options ?? {})
    )
    return { text }
  }
)

const readme = route(
  "GET",
  "/api/readme",
  {
    summary: "The README",
    answer: { status: 200, description: "Its text", mediaType: "text/plain" }
  },
  function* () {
    const { readme } = yield* PackageFiles
    return new Response(readme, { headers: { "content-type": "text/plain; charset=utf-8" } })
  }
)

export const commandRoutes = [decide, command, readme]
