/** Processes of this machine below a given one, read from /proc. */
import * as fs from "node:fs/promises"
import type { BoxProcess } from "../../services/Sandbox.ts"

interface Stat {
  readonly pid: number
  readonly ppid: number
  readonly state: string
  /** Clock ticks since boot: with the pid it names a process for good. */
  readonly started: number
}

/** `comm` stands in brackets and may hold any character. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export const parseStat = (text: string): Stat | undefined => {
  const close = text.lastIndexOf(")")
  const pid = Number(text.slice(0, text.indexOf(" ")))
  const [state, ppid, ...rest] = text.slice(close + 2).split(" ")
  if (close === -1 || state === undefined || ppid === undefined) return undefined
  return { pid, ppid: Number(ppid), state, started: Number(rest[17]) }
}

export const stat = async (pid: number): Promise<Stat | undefined> =>
  parseStat(await fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""))

/** Linux counts in hundredths of a second wherever Node runs. */
const TICKS = 100

const table = async (): Promise<ReadonlyArray<Stat>> => {
  const pids = (await fs.readdir("/proc")).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map((pid) => stat(Number(pid))))
  return stats.filter((one) => one !== undefined && one.state !== "Z") as ReadonlyArray<Stat>
}

const below = (all: ReadonlyArray<Stat>, root: number): ReadonlyArray<Stat> => {
  const children = all.filter((one) => one.ppid === root)
  return [...children, ...children.flatMap((child) => below(all, child.pid))]
}

/** Everything below `root`, which is not in the list. */
export const descendants = async (root: number): Promise<ReadonlyArray<BoxProcess>> => {
  const [all, uptime] = await Promise.all([table(), fs.readFile("/proc/uptime", "utf8")])
  return Promise.all(
    below(all, root).map(async ({ pid, ppid, started }) => ({
      pid,
      ppid,
      elapsedSec: Math.max(0, Math.floor(Number(uptime.split(" ")[0]) - started / TICKS)),
      command: (await fs.readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trimEnd()
    }))
  )
}
