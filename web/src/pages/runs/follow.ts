/** Keeps what is known of runs true, and tells which tool each that is at work is using. */
import { create } from "zustand"
import { queries } from "../../api/queries.ts"
import type { ServerEvent } from "../../live/events.ts"
import { onEvents } from "../../live/hub.ts"

/** By run: the tool that it used last, as far as it was told of since the page was opened. */
export const useDoing = create<Readonly<Record<string, string>>>()(() => ({}))

const changesRuns = new Set<ServerEvent["type"]>(["run.started", "run.ended", "approval.requested", "approval.decided"])

onEvents((events) => {
  const doing: Record<string, string> = {}
  for (const { data, run_id, type } of events) {
    if (type === "run.tool" && run_id !== undefined && data.state === "started") doing[run_id] = data.name
  }
  if (Object.keys(doing).length > 0) useDoing.setState(doing)
  if (events.some(({ type }) => changesRuns.has(type))) void queries.invalidateQueries({ queryKey: ["runs"] })
})
