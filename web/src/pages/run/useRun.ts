/** One run as it is now: what is stored, and what has been told live since. */
import { useQuery } from "@tanstack/react-query"
import { useEffect, useMemo, useState } from "react"
import { call } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import type { ServerEvent } from "../../live/events.ts"
import { onEvents } from "../../live/hub.ts"

/** Stored events and those that were told, in their order, each once. */
const together = (stored: ReadonlyArray<ServerEvent>, told: ReadonlyArray<ServerEvent>) => {
  const last = stored.at(-1)?.id ?? 0
  const ids = new Set(stored.map(({ id }) => id))
  const rest = told.filter(({ id = 0 }) => !ids.has(id))
  if (rest.length === 0) return stored
  const all = [...stored, ...rest]
  return rest.some(({ id = 0 }) => id < last) ? all.toSorted((a, b) => (a.id ?? 0) - (b.id ?? 0)) : all
}

const changesRow = new Set<ServerEvent["type"]>([
  "run.started",
  "run.ended",
  "run.turn",
  "approval.requested",
  "approval.decided"
])

export const useRun = (id: string) => {
  const path = { id }
  const run = useQuery({ queryKey: ["runs", "one", id], queryFn: () => call("GET /api/runs/{id}", { path }) })
  const messages = useQuery({
    queryKey: ["run", id, "messages"],
    queryFn: () => call("GET /api/runs/{id}/messages", { path })
  })
  const stored = useQuery({
    queryKey: ["run", id, "events"],
    queryFn: async () => (await call("GET /api/runs/{id}/events", { path })) as ReadonlyArray<ServerEvent>,
    staleTime: 0
  })
  const [told, setTold] = useState<ReadonlyArray<ServerEvent>>([])
  useEffect(() => {
    setTold([])
    return onEvents((events) => {
      const mine = events.filter((event) => event.run_id === id && event.id !== undefined)
      if (mine.length === 0) return
      setTold((before) => [...before, ...mine])
      if (mine.some(({ type }) => changesRow.has(type)))
        void queries.invalidateQueries({ queryKey: ["runs", "one", id] })
      if (mine.some(({ type }) => type.startsWith("message."))) {
        void queries.invalidateQueries({ queryKey: ["run", id, "messages"] })
      }
    })
  }, [id])
  const journal = useMemo(() => together(stored.data ?? [], told), [stored.data, told])
  const error = run.error ?? messages.error ?? stored.error
  const retry = () => void Promise.all([run.refetch(), messages.refetch(), stored.refetch()])
  return { run: run.data, messages: messages.data, journal, isRead: stored.data !== undefined, error, retry }
}
