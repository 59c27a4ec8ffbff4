/** The engine's process list of a box, reduced to what the agent runs. Pure. */
import type { BoxProcess } from "../../services/Sandbox.ts"

/** As the engine gives it: columns pid, ppid, etimes, stat, args. */
export interface TopTable {
  readonly Titles: ReadonlyArray<string>
  readonly Processes: ReadonlyArray<ReadonlyArray<string>> | null
}

interface Row extends BoxProcess {
  readonly state: string
}

const rows = (table: TopTable): ReadonlyArray<Row> =>
  (table.Processes ?? []).map(([pid, ppid, elapsed, state, ...args]) => ({
    pid: Number(pid),
    ppid: Number(ppid),
    elapsedSec: Number(elapsed),
    state: state ?? "",
    command: args.join(" ")
  }))

const WATCHDOG = "/usr/local/bin/loop-watchdog"

/** `pid` and all below it. */
const family = (all: ReadonlyArray<Row>, pid: number): ReadonlySet<number> => {
  const found = new Set([pid])
  // Parents may stand behind their children in the list, so look until nothing is added.
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const row of all) if (found.has(row.ppid)) found.add(row.pid)
  }
  return found
}

/** Without the box's init, its watchdog with its children, and dead processes that nobody has fetched. */
export const inhabitants = (table: TopTable): ReadonlyArray<BoxProcess> => {
  const all = rows(table)
  const pids = new Set(all.map((row) => row.pid))
  const init = all.find((row) => !pids.has(row.ppid))
  // Only the eldest child of the init that looks like the watchdog is it: an agent's own process of that name is not.
  const watchdog = all
    .filter((row) => row.ppid === init?.pid && row.command.includes(WATCHDOG))
    .sort((a, b) => b.elapsedSec - a.elapsedSec || a.pid - b.pid)[0]
  const hidden = watchdog === undefined ? new Set<number>() : family(all, watchdog.pid)
  return all
    .filter((row) => row.pid !== init?.pid && !hidden.has(row.pid) && !row.state.startsWith("Z"))
    .map(({ pid, ppid, elapsedSec, command }) => ({ pid, ppid, elapsedSec, command }))
}
