/** Every route there is. */
import { Schema } from "effect"
import { pageOf } from "./docs/page.ts"
import { style } from "./docs/style.ts"
import type { Document } from "./docs/TypeText.ts"
import { accessRoutes } from "./Access.ts"
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
import { imageRoutes } from "./Image.ts"
import { memoryRoutes } from "./Memory.ts"
import { messageRoutes } from "./Messages.ts"
import { networkRoutes } from "./Network.ts"
import { describeRoutes } from "./OpenApi.ts"
import { pictureRoutes } from "./Pictures.ts"
import { platformRoutes } from "./PlatformChecks.ts"
import { projectConfigRoutes } from "./ProjectConfig.ts"
import { queueRoutes } from "./Queue.ts"
import { seenRoutes } from "./Seen.ts"
import { setupRoutes } from "./Setup.ts"
import { openRoute, route, type Route } from "./Route.ts"
import { ruleRoutes } from "./Rules.ts"
import { runRoutes } from "./Runs.ts"
import { spendingRoutes } from "./Spending.ts"
import { taskRoutes } from "./Tasks.ts"
import { taskTimeRoutes } from "./TaskTimes.ts"
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
  /** The same to read; made when somebody wants it first. */
  let page: string | undefined
  const docs = route(
    "GET",
    "/docs",
    {
      summary: "This description as a page",
      answer: { status: 200, description: "HTML", mediaType: "text/html" }
    },
    function* () {
      page ??= pageOf(description as unknown as Document, version)
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } })
    }
  )
  const docsStyle = openRoute(
    "GET",
    "/docs/style.css",
    { summary: "How that page looks", answer: { status: 200, description: "CSS", mediaType: "text/css" } },
    function* () {
      return new Response(style, { headers: { "content-type": "text/css; charset=utf-8" } })
    }
  )
  const routes = [
    ...healthRoutes(startedAt),
    openApi,
    docs,
    docsStyle,
    ...channelRoutes,
    ...seenRoutes,
    ...messageRoutes,
    ...fileRoutes,
    ...queueRoutes,
    ...threadRoutes,
    // Before those whose path has a name in the same place.
    ...taskTimeRoutes,
    ...taskRoutes,
    ...runRoutes,
    ...spendingRoutes,
    ...memoryRoutes,
    ...hostRoutes,
    ...networkRoutes,
    ...pictureRoutes,
    ...projectConfigRoutes,
    ...ruleRoutes,
    ...eventRoutes,
    ...webSocketRoutes,
    ...commandRoutes,
    ...hookRoutes(),
    ...setupRoutes,
    ...imageRoutes,
    ...platformRoutes,
    ...tokenRoutes,
    ...accessRoutes,
    ...auditRoutes,
    ...metricRoutes(startedAt),
    ...mcpRoutes
  ]
  const description = describeRoutes(routes, version)
  return routes
}
