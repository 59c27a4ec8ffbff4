/** `/api/platforms/check`: whether the chat platforms take the bot as it is configured. */
import { Schema } from "effect"
import { Finding } from "../domain/Finding.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Platforms } from "../services/Platforms.ts"
import { route } from "./Route.ts"

const check = route(
  "POST",
  "/api/platforms/check",
  {
    summary:
      "Asks each configured chat platform whether it takes the token, its intents and permissions; changes nothing there",
    answer: {
      status: 200,
      description: "What was found; nothing where no platform is configured",
      schema: Schema.Array(Finding)
    }
  },
  function* ({ subject }) {
    yield* Authorizer.use((all) => all.authorize(subject, "administer", "*"))
    return yield* Platforms.use(({ examine }) => examine)
  }
)

export const platformRoutes = [check]
