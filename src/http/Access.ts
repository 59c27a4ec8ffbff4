/** What an owner decides about somebody who called without a role. */
import { Schema } from "effect"
import { decisions } from "../domain/access/Card.ts"
import { AskId } from "../domain/Ids.ts"
import { Conversations } from "../services/Conversations.ts"
import { route } from "./Route.ts"

const decide = route(
  "POST",
  "/api/access/{id}",
  {
    summary:
      "Gives somebody who called without a role one in the channel, or ignores them from now on (see the card's buttons)",
    body: Schema.Struct({ decision: Schema.Literals(decisions) }),
    answer: { status: 200, description: "Decided", schema: Schema.Struct({ text: Schema.String }) },
    problems: [404, 409]
  },
  function* ({ body, params, subject }) {
    const id = AskId.make(params["id"] ?? "")
    return { text: yield* Conversations.use((all) => all.admit(subject, id, body.decision)) }
  }
)

export const accessRoutes = [decide]
