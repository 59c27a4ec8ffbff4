/** `/api/image`: how the image is built that agents run in, as it goes on. */
import { Schema } from "effect"
import { ImageBuild } from "../domain/ImageBuild.ts"
import { instant } from "../domain/Views.ts"
import { AgentImage } from "../services/AgentImage.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { route } from "./Route.ts"
import { Instant } from "./Shapes.ts"

const BuildShape = Schema.Struct({
  ...ImageBuild.fields,
  started_at: Instant,
  ended_at: Schema.NullOr(Instant)
}).annotate({ identifier: "ImageBuild" })

const get = route(
  "GET",
  "/api/image",
  {
    summary: "The build of the agents' image that is under way, or the last one since the server began",
    answer: {
      status: 200,
      description: "The build; null where nothing was built",
      schema: Schema.Struct({ build: Schema.NullOr(BuildShape) })
    }
  },
  function* ({ subject }) {
    yield* Authorizer.use((all) => all.authorize(subject, "administer", "*"))
    const build = yield* AgentImage.use(({ latest }) => latest)
    if (build === undefined) return { build: null }
    const ended_at = build.ended_at === null ? null : instant(build.ended_at)
    return { build: { ...build, started_at: instant(build.started_at), ended_at } }
  }
)

export const imageRoutes = [get]
