/**
 * Addresses. Each page is a folder in `pages` with a `page.tsx` whose default export is its component; it is loaded when
 * somebody goes there. The server shows the same document at each address that begins like one of these (`http/Page.ts`).
 */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router"
import { Frame } from "./frame/Frame.tsx"
import { Lost } from "./frame/Lost.tsx"
import { NotLoaded, part } from "./lib/part.ts"
import { Failed } from "./ui/States.tsx"
import { ChatHome, ChatPage } from "./pages/chat/page.tsx"
import { runsSearch } from "./pages/runs/search.ts"
import { tasksSearch } from "./pages/tasks/search.ts"

const root = createRootRoute({ component: Frame, notFoundComponent: Lost })
const getParentRoute = () => root

const home = createRoute({ getParentRoute, path: "/", component: ChatHome })
const channel = createRoute({ getParentRoute, path: "/c/$channel", component: ChatPage })
const runs = createRoute({
  getParentRoute,
  path: "/runs",
  validateSearch: runsSearch,
  component: lazyRouteComponent(part(() => import("./pages/runs/page.tsx")))
})
const run = createRoute({
  getParentRoute,
  path: "/runs/$run",
  component: lazyRouteComponent(part(() => import("./pages/run/page.tsx")))
})
const tasks = createRoute({
  getParentRoute,
  path: "/tasks",
  validateSearch: tasksSearch,
  component: lazyRouteComponent(part(() => import("./pages/tasks/page.tsx")))
})
const task = createRoute({
  getParentRoute,
  path: "/tasks/$task",
  component: lazyRouteComponent(part(() => import("./pages/task/page.tsx")))
})
const spend = createRoute({
  getParentRoute,
  path: "/spend",
  component: lazyRouteComponent(part(() => import("./pages/spend/page.tsx")))
})
const setup = createRoute({
  getParentRoute,
  path: "/setup",
  component: lazyRouteComponent(part(() => import("./pages/setup/page.tsx")))
})

const setupPart = createRoute({
  getParentRoute,
  path: "/setup/$part",
  component: lazyRouteComponent(part(() => import("./pages/setup/page.tsx")))
})

export const router = createRouter({
  routeTree: root.addChildren([home, channel, runs, run, tasks, task, spend, setup, setupPart]),
  defaultErrorComponent: ({ error, reset }) =>
    error instanceof NotLoaded ? (
      <Failed error={error} act="Reload the page" onRetry={() => location.reload()} />
    ) : (
      <Failed error={error} onRetry={reset} />
    ),
  defaultPreload: "intent",
  scrollRestoration: false
})

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router
  }
}
