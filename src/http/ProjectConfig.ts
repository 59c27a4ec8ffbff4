/** What a project's file reaches out of its box for, and what an owner says to it. */
import { Schema } from "effect"
import { Conversations, Refused } from "../services/Conversations.ts"
import * as Words from "../domain/project/Words.ts"
import { findChannel } from "./Channels.ts"
import { route } from "./Route.ts"

const State = Schema.Struct({
  state: Schema.Literals(["none", "waiting", "declined", "approved"]),
  directory: Schema.optionalKey(Schema.String),
  hash: Schema.optionalKey(
    Schema.String.annotate({ description: "Of the content and the directory: what an approval is given for." })
  ),
  keys: Schema.optionalKey(Schema.Array(Schema.String)),
  content: Schema.optionalKey(Schema.String.annotate({ description: "JSON, without what acts inside the box only." })),
  before: Schema.optionalKey(Schema.String.annotate({ description: "What was approved last." })),
  difference: Schema.optionalKey(
    Schema.String.annotate({ description: "Lines with `- `, `+ ` or two blanks in front." })
  )
}).annotate({ identifier: "ProjectConfig" })

const show = route(
  "GET",
  "/api/channels/{id}/project-config",
  {
    summary: "What the project's `.loop/config.json` reaches out of its box for, and whether an owner approved it",
    answer: { status: 200, description: "What it asks for", schema: State },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    const found = yield* Conversations.use((all) => all.projectConfig(subject, channel_id))
    if (found === undefined) return { state: "none" as const }
    const { before, content, difference, directory, hash, keys, state } = found
    return { state, directory, hash, keys, content, ...(before !== null && { before }), difference }
  }
)

const deciding = (path: "approve" | "decline", decision: Words.Decision, summary: string) =>
  route(
    "POST",
    `/api/channels/{id}/project-config/${path}`,
    {
      summary,
      body: Schema.Struct({ hash: Schema.NonEmptyString }),
      answer: { status: 200, description: "Decided", schema: Schema.Struct({ text: Schema.String }) },
      problems: [404, 409]
    },
    function* ({ subject, params, body }) {
      const { channel_id } = yield* findChannel(subject, params["id"])
      if (!/^[0-9a-f]{64}$/.test(body.hash)) {
        return yield* new Refused({ reason: "conflict", field: "hash", message: Words.changed })
      }
      return {
        text: yield* Conversations.use((all) => all.decideProject(subject, channel_id, body.hash, decision))
      }
    }
  )

export const projectConfigRoutes = [
  show,
  deciding("approve", "approved", "Approves exactly that; 409 when the file says something else by now"),
  deciding("decline", "declined", "Not now, or no longer: nothing of it applies")
]
