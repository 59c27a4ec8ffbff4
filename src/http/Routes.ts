/** Every route there is. */
import { Schema } from "effect"
import { auditRoutes } from "./Audit.ts"
import { channelRoutes } from "./Channels.ts"
import { commandRoutes } from "./Commands.ts"
import { eventRoutes } from "./Events.ts"
import { fileRoutes } from "./Files.ts"
import { hookRoutes } from "./Hooks.ts"
import { healthRoutes } from "./Health.ts"
import { mcpRoutes } from "./Mcp.ts"
import { hostRoutes } from "./Hosts.ts"
import { metricRoutes } from "./Metrics.ts"
import { messageRoutes } from "./Messages.ts"
import { describeRoutes } from "./OpenApi.ts"
import { projectConfigRoutes } from "./ProjectConfig.ts"
import { queueRoutes } from "./Queue.ts"
import { route, type Route } from "./Route.ts"
import { runRoutes } from "./Runs.ts"
import { taskRoutes } from "./Tasks.ts"
import { threadRoutes } from "./Threads.ts"
import { tokenRoutes } from "./Tokens.ts"
import { webSocketRoutes } from "./WebSockets.ts"

/** `startedAt`: epoch milliseconds. */
export const allRoutes = (startedAt: number, version: string): ReadonlyArray<Route> => {
  const openApi = route(
    "GET",
    "/openapi.json",
    {
      summary: "This description",
      answer: { status: 200, description: "OpenAPI 3.1", schema: Schema.Json }
    },
    function* () {
      return description
    }
  )
  const routes = [
    ...healthRoutes(startedAt),
    openApi,
    ...channelRoutes,
    ...messageRoutes,
    ...fileRoutes,
    ...queueRoutes,
    ...threadRoutes,
    ...taskRoutes,
    ...runRoutes,
    ...hostRoutes,
    ...projectConfigRoutes,
    ...eventRoutes,
    ...webSocketRoutes,
    ...commandRoutes,
    ...hookRoutes(),
    ...tokenRoutes,
    ...auditRoutes,
    ...metricRoutes(startedAt),
    ...mcpRoutes
  ]
  const description = describeRoutes(routes, version)
  return routes
}
