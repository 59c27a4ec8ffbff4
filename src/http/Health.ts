/** `/health`: open to everybody, says nothing that needs a token. */
import { Clock, Effect, Schema } from "effect"
import { ModelRelay } from "../services/ModelRelay.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { Platforms } from "../services/Platforms.ts"
import { Store } from "../services/Store.ts"
import { authenticate } from "./Auth.ts"
import { Instead, openRoute } from "./Route.ts"

const PlatformShape = Schema.Struct({
  state: Schema.Literals(["connected", "connecting", "down"]),
  last_event_at: Schema.NullOr(Schema.String),
  reason: Schema.optionalKey(Schema.String.annotate({ description: "Why it is not connected" }))
})

const HealthShape = Schema.Struct({
  status: Schema.Literals(["ok", "degraded", "failed"]),
  version: Schema.String,
  uptime_sec: Schema.Int,
  platforms: Schema.Record(Schema.String, PlatformShape),
  model: Schema.Struct({
    state: Schema.Literals(["ok", "failing"]),
    reason: Schema.optionalKey(
      Schema.String.annotate({ description: "What is wrong with its OAuth token; with a token of Loop only" })
    )
  })
}).annotate({ identifier: "Health" })

/** `degraded`: a platform is not connected, or the model's OAuth token could not be renewed or is refused. Failed (503): nothing can be stored. */
export const healthRoutes = (startedAt: number) => [
  openRoute(
    "GET",
    "/health",
    {
      summary: "Whether Loop works; with `strict=1` 503 also where it is degraded",
      query: Schema.Struct({ strict: Schema.optionalKey(Schema.String) }),
      answer: { status: 200, description: "It works", schema: HealthShape },
      also: [{ status: 503, description: "It does not", schema: HealthShape }]
    },
    function* ({ port, query, request }) {
      const { version } = yield* PackageFiles
      const health = yield* Platforms.use((platforms) => platforms.health)
      const storable = yield* Store.use((store) => store.writable).pipe(
        Effect.as(true),
        Effect.catch((error) => Effect.as(Effect.logError("Nothing can be stored", error), false))
      )
      const notice = yield* ModelRelay.use((relay) => relay.notice)
      // Whoever has no token is not told which credential is missing.
      const told = notice !== undefined && (yield* Effect.isSuccess(authenticate(request, port)))
      const down = Object.values(health).some((platform) => platform.state !== "connected")
      const degraded = down || notice !== undefined
      const now = yield* Clock.currentTimeMillis
      const body: typeof HealthShape.Type = {
        status: storable ? (degraded ? "degraded" : "ok") : "failed",
        version,
        uptime_sec: Math.floor((now - startedAt) / 1000),
        model:
          notice === undefined
            ? { state: "ok" }
            : { state: "failing", ...(told && { reason: `${notice.detail}. ${notice.mend}` }) },
        platforms: Object.fromEntries(
          Object.entries(health).map(([name, { last_event_at, reason, state }]) => [
            name,
            {
              state,
              last_event_at: last_event_at === null ? null : new Date(last_event_at).toISOString(),
              ...(reason !== undefined && { reason })
            }
          ])
        )
      }
      const strict = query.strict === "1" || query.strict === "true"
      return new Instead(!storable || (strict && degraded) ? 503 : 200, body)
    }
  )
]
