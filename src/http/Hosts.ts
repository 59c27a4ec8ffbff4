/** What a person decides about a host that an agent was refused. */
import { Schema } from "effect"
import { AskId } from "../domain/Ids.ts"
import { Conversations } from "../services/Conversations.ts"
import { route } from "./Route.ts"

const allow = route(
  "POST",
  "/api/hosts/{id}",
  {
    summary:
      "Lets a host through that an agent was refused (`ask_id` of `run.egress`): for an hour, or for the channel",
    body: Schema.Struct({ decision: Schema.Literals(["once", "channel"]) }),
    answer: { status: 200, description: "Let through", schema: Schema.Struct({ text: Schema.String }) },
    problems: [404, 409]
  },
  function* ({ subject, params, body }) {
    const id = AskId.make(params["id"] ?? "")
    return { text: yield* Conversations.use((all) => all.allowHost(subject, id, body.decision)) }
  }
)

export const hostRoutes = [allow]
