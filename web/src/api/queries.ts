/** What pages read: cached, and read anew when an event says that it has changed. */
import { QueryClient, queryOptions } from "@tanstack/react-query"
import { call, Problem } from "./client.ts"

/** Whoever is refused once is refused again; who is not reached is tried for a while. */
const worthRetrying = (failures: number, error: Error) =>
  failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500)

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: worthRetrying, refetchOnWindowFocus: false } }
})

export const channelsQuery = queryOptions({ queryKey: ["channels"], queryFn: () => call("GET /api/channels") })

export const channelQuery = (id: string) =>
  queryOptions({ queryKey: ["channel", id], queryFn: () => call("GET /api/channels/{id}", { path: { id } }) })

export const commandsQuery = queryOptions({
  queryKey: ["commands"],
  queryFn: () => call("GET /api/commands"),
  staleTime: Infinity
})
