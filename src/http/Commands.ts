/** What a person decides and commands: approvals, chat commands, and the text that explains it all. */
import { Effect, Schema } from "effect"
import { commands } from "../domain/chat/Catalogue.ts"
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

const Choice = Schema.Struct({ name: Schema.String, value: Schema.String })

const CommandShape = Schema.Struct({
  name: Schema.String,
  description: Schema.String,
  options: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      description: Schema.String,
      type: Schema.Literals(["text", "integer", "user", "role"]),
      required: Schema.Boolean,
      choices: Schema.optionalKey(Schema.Array(Choice)),
      completes: Schema.optionalKey(Schema.Boolean)
    })
  )
}).annotate({ identifier: "Command" })

const list = route(
  "GET",
  "/api/commands",
  {
    summary: "The chat commands that there are, with their options",
    answer: { status: 200, description: "The commands", schema: Schema.Array(CommandShape) }
  },
  function* () {
    return yield* Effect.succeed(commands.map(({ description, name, options }) => ({ name, description, options })))
  }
)

const complete = route(
  "GET",
  "/api/commands/{name}/choices",
  {
    summary: "What may be meant by the beginning of a command's option, 25 at most",
    query: Schema.Struct({
      channel_id: Schema.NonEmptyString,
      option: Schema.NonEmptyString,
      typed: Schema.optionalKey(Schema.String)
    }),
    answer: { status: 200, description: "The choices", schema: Schema.Array(Choice) },
    problems: [404]
  },
  function* ({ subject, params, query }) {
    const { channel_id } = yield* findChannel(subject, query.channel_id)
    return yield* Conversations.use((all) =>
      all.complete(subject, channel_id, params["name"] ?? "", query.option, query.typed ?? "")
    )
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

export const commandRoutes = [decide, list, command, complete, readme]
