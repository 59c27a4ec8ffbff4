/**
 * Whether a box has what was judged: a mount follows links in its moment, which is after every look at them, and agents can
 * exchange what lies in their directories for links.
 */
import { Effect, Schedule } from "effect"
import * as fs from "node:fs/promises"
import { type BoxSpec, SandboxError } from "../../services/Sandbox.ts"
import { identityOf } from "./BoxFiles.ts"
import { SOCKETS } from "./Forwards.ts"

/** What each place in the box should have. */
export type Judged = ReadonlyMap<string, string>

/** `mounts`: of the specification's mounts, in their order. Of two at one place the later one counts, and the box's own above all. */
export const judged = (
  { home, mounts, workDir }: Pick<BoxSpec, "home" | "mounts" | "workDir">,
  checked: ReadonlyArray<{ readonly identity?: string }>,
  work: string
): Judged => {
  const all = new Map(
    mounts.flatMap(({ target }, index): ReadonlyArray<readonly [string, string]> => {
      const identity = checked[index]?.identity
      return identity === undefined ? [] : [[target, identity]]
    })
  )
  for (const place of [home, SOCKETS]) all.delete(place)
  return all.set(workDir, work)
}

/** Octal in there are a space, a tab, a line's end and a backslash. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
const plain = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))

/** Where a process has something mounted, links resolved; none of one that is gone or of another machine. */
export const places = async (pid: number): Promise<ReadonlyArray<string>> => {
  const table = await fs.readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "")
  return table
    .split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map(plain)
}

/** Waits until the walls of a box of this machine are up, or it has ended. */
export const stands = (pid: number, home: string, ended: Effect.Effect<boolean>): Effect.Effect<void> =>
  Effect.all([Effect.promise(() => places(pid)), ended]).pipe(
    Effect.repeat({
      until: ([points, over]) => over || points.includes(home),
      schedule: Schedule.spaced("2 millis")
    }),
    Effect.asVoid
  )

/**
 * Fails with `bad_mount` where a box has something else than was judged. `pid`: of a process in it; `home`: its HOME, which no
 * other process has mounted: of an engine on another machine nothing can be known.
 */
export const check = (pid: number, home: string, judged: Judged): Effect.Effect<void, SandboxError> =>
  Effect.tryPromise({
    try: async () => {
      const points = await places(pid)
      if (!points.includes(home)) return undefined
      const there = await Promise.all(
        points.map((point) => fs.stat(`/proc/${pid}/root${point}`).then(identityOf, () => undefined))
      )
      // A box that has ended meanwhile shows nothing at all.
      if (!(await places(pid)).includes(home)) return undefined
      for (const [place, identity] of judged) {
        const at = there.indexOf(identity)
        if (at === -1) return place
        there[at] = undefined
      }
      return undefined
    },
    catch: (cause) => new SandboxError({ reason: "bad_mount", target: String(pid), detail: String(cause) })
  }).pipe(
    Effect.flatMap((target) =>
      target === undefined
        ? Effect.void
        : Effect.fail(new SandboxError({ reason: "bad_mount", target, detail: "a link led to it when it was mounted" }))
    )
  )
