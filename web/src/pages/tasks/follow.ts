/** Tasks as they are now: what is read of them is read anew when an event says that it has changed. */
import { queryOptions } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import type { ServerEvent } from "../../live/events.ts"
import { onEvents } from "../../live/hub.ts"

/** The server lists this many at most. */
export const mostListed = 500

export const tasksQuery = queryOptions({ queryKey: ["tasks", "all"], queryFn: () => call("GET /api/tasks") })

export const taskQuery = (id: string) =>
  queryOptions({ queryKey: ["tasks", "one", id], queryFn: () => call("GET /api/tasks/{id}", { path: { id } }) })

const changesTasks = new Set<ServerEvent["type"]>(["task.changed", "task.fired", "run.started", "run.ended"])

export const readAnew = () => queries.invalidateQueries({ queryKey: ["tasks"] })

onEvents((events) => {
  if (events.some(({ type }) => changesTasks.has(type))) void readAnew()
})
