/** Limits of a bubblewrap box, which has none of its own: from systemd where it runs, else what a process can be told. */
import { Effect } from "effect"
import { execFile } from "node:child_process"
import * as os from "node:os"
import { locate } from "./HostProgram.ts"
import type { BoxSpec } from "../../services/Sandbox.ts"

export type Limiter = "systemd" | "systemd-user" | "prlimit" | "none"

const works = (program: string, args: ReadonlyArray<string>): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    execFile(program, args, { timeout: 5000 }, (error) => resume(Effect.succeed(error === null)))
  })

/** Since 5.14 a limit of processes counts those of the box's own user namespace, not all of the user's. */
const countsPerNamespace = (release: string): boolean => {
  const [major = 0, minor = 0] = release.split(".").map(Number)
  return major > 5 || (major === 5 && minor >= 14)
}

/** The strongest that works here. */
export const find: Effect.Effect<Limiter> = Effect.gen(function* () {
  const root = process.getuid?.() === 0
  const scope = ["--scope", "--quiet", "--collect", "true"]
  if (yield* works("systemd-run", root ? scope : ["--user", ...scope])) return root ? "systemd" : "systemd-user"
  const alone = !root && countsPerNamespace(os.release())
  return alone && (yield* works("prlimit", ["--version"])) ? "prlimit" : "none"
})

/** What stands before bubblewrap's own command. */
export const outside = (limiter: Limiter, { memoryMb, cpus, pids }: BoxSpec["limits"]): ReadonlyArray<string> =>
  limiter === "systemd" || limiter === "systemd-user"
    ? [
        locate("systemd-run"),
        ...(limiter === "systemd-user" ? ["--user"] : []),
        "--scope",
        "--quiet",
        "--collect",
        ...(memoryMb === 0 ? [] : ["-p", `MemoryMax=${Math.round(memoryMb)}M`, "-p", "MemorySwapMax=0"]),
        ...(cpus === 0 ? [] : ["-p", `CPUQuota=${Math.round(cpus * 100)}%`]),
        ...(pids === 0 ? [] : ["-p", `TasksMax=${pids}`]),
        "--"
      ]
    : []

/** Where systemd-run finds the user's own systemd; taken away again before the agent starts. */
const BUS = ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"]

export const environment = (limiter: Limiter): Record<string, string> =>
  limiter === "systemd-user"
    ? Object.fromEntries(BUS.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
    : {}

/** A core dump is given to a program of this machine, in many places to one of root's. */
const PRLIMIT = "/usr/bin/prlimit"

/** What stands before the agent's command, inside; `exists`: whether the host has a program. */
export const inside = (
  limiter: Limiter,
  { pids }: BoxSpec["limits"],
  exists: (path: string) => boolean
): ReadonlyArray<string> => [
  ...(limiter === "systemd-user" ? ["/usr/bin/env", ...BUS.flatMap((name) => ["-u", name])] : []),
  ...(exists(PRLIMIT)
    ? [PRLIMIT, "--core=0", ...(limiter === "prlimit" && pids !== 0 ? [`--nproc=${pids}`] : []), "--"]
    : [])
]

const notLimited = (limiter: Limiter): ReadonlyArray<string> => {
  if (limiter === "systemd" || limiter === "systemd-user") return []
  return limiter === "prlimit" ? ["memory", "CPUs"] : ["memory", "CPUs", "processes"]
}

/** What a box may take as much of as there is. */
export const caveats = (limiter: Limiter): ReadonlyArray<string> => {
  const left = notLimited(limiter)
  if (left.length === 0) return []
  const what = left.length === 1 ? left[0] : `${left.slice(0, -1).join(", ")} and ${left.at(-1)}`
  return [`Bubblewrap does not limit an agent's ${what} here; Docker does, and bubblewrap where systemd runs.`]
}
