/** The process list of a box, reduced to what the agent runs. Pure. */
import type { BoxProcess } from "../../services/Sandbox.ts"
import { FORWARDER } from "./Forwards.ts"

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

/** Programs of ours beside the agent, by what is in their command lines. */
const OURS = ["/usr/local/bin/loop-watchdog", `${FORWARDER} --serve`]

/** By age: the elder first. */
const elder = (a: BoxProcess, b: BoxProcess) => b.elapsedSec - a.elapsedSec || a.pid - b.pid

/** `pid` and all below it. */
const family = (all: ReadonlyArray<BoxProcess>, pid: number): ReadonlySet<number> => {
  const found = new Set([pid])
  // Parents may stand behind their children in the list, so look until nothing is added.
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const row of all) if (found.has(row.ppid)) found.add(row.pid)
  }
  return found
}

/** The pids of our own programs below `init`, with everything below them. */
const ours = (all: ReadonlyArray<BoxProcess>, init: number | undefined): ReadonlySet<number> => {
  const found = new Set<number>()
  for (const command of OURS) {
    // Only the eldest child of the init that looks like it is it: an agent's own process of that name is not.
    const [eldest] = all.filter((row) => row.ppid === init && row.command.includes(command)).sort(elder)
    for (const pid of eldest === undefined ? [] : family(all, eldest.pid)) found.add(pid)
  }
  return found
}

/** Without our own programs. */
export const withoutOurs = (all: ReadonlyArray<BoxProcess>, init: number): ReadonlyArray<BoxProcess> => {
  const hidden = ours(all, init)
  return all.filter(({ pid }) => !hidden.has(pid))
}

/**
 * Without the box's init, our own programs beside the agent, what came in from outside (the relay: nothing that began
 * inside has a parent outside), and dead processes that nobody has fetched.
 */
export const inhabitants = (table: TopTable): ReadonlyArray<BoxProcess> => {
  const all = rows(table)
  const pids = new Set(all.map((row) => row.pid))
  const [init, ...entered] = all.filter((row) => !pids.has(row.ppid)).sort(elder)
  const hidden = new Set(ours(all, init?.pid))
  for (const { pid } of entered) for (const each of family(all, pid)) hidden.add(each)
  return all
    .filter((row) => row.pid !== init?.pid && !hidden.has(row.pid) && !row.state.startsWith("Z"))
    .map(({ pid, ppid, elapsedSec, command }) => ({ pid, ppid, elapsedSec, command }))
}
