/** How the service is doing, read from what its manager says. */

export interface Look {
  /** `failing`: it has ended by itself; the manager may try again. */
  readonly state: "running" | "starting" | "failing" | "stopped"
  readonly pid: number | undefined
  /** Why it is not running, as the end of a sentence. */
  readonly reason: string | undefined
}

export const systemctlProperties = ["ActiveState", "SubState", "Result", "ExecMainCode", "ExecMainStatus", "MainPID"]

const pairsIn = (text: string, line: RegExp): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(line)].map(([, name = "", value = ""]) => [name, value]))

const pidIn = (text: string | undefined): number | undefined => (Number(text) > 0 ? Number(text) : undefined)

/** The values of `Result` are those of systemd.service(5), `$SERVICE_RESULT`; code 203 is `EXEC` of systemd.exec(5). */
const systemdReason = (result: string, code: string, status: string): string => {
  if (status === "203" && code === "1") return "its program cannot be started, it may have been moved"
  switch (result) {
    case "success":
      return "its process ended by itself"
    case "exit-code":
      return `its process ended with code ${status}`
    case "signal":
    case "core-dump":
      return `its process was ended by signal ${status}`
    case "watchdog":
      return "it gave no sign of life for 90 seconds and was ended"
    case "timeout":
      return "it took too long to start or to end"
    case "oom-kill":
      return "this machine had no memory left and ended it"
    default:
      return `systemd says ${result}`
  }
}

/** From `systemctl show` with `systemctlProperties`. */
export const lookOfSystemctl = (shown: string): Look => {
  const values = pairsIn(shown, /^(\w+)=(.*)$/gm)
  const of = (name: string) => values.get(name) ?? ""
  const pid = pidIn(of("MainPID"))
  const reason = systemdReason(of("Result"), of("ExecMainCode"), of("ExecMainStatus"))
  const active = of("ActiveState")
  if (active === "active" && of("SubState") === "running") return { state: "running", pid, reason: undefined }
  if (active === "failed" || of("SubState") === "auto-restart") return { state: "failing", pid: undefined, reason }
  if (active === "inactive") {
    const clean = of("Result") === "success"
    return { state: "stopped", pid: undefined, reason: clean ? undefined : reason }
  }
  return active === ""
    ? { state: "stopped", pid, reason: "systemd does not know it" }
    : { state: "starting", pid, reason: undefined }
}

/** From `launchctl print`; its form is nowhere promised, so what is not understood is `starting`. */
export const lookOfLaunchctl = (printed: string): Look => {
  const values = pairsIn(printed, /^\s*(state|pid|last exit code|last terminating signal) = (.*)$/gm)
  const pid = pidIn(values.get("pid"))
  if (values.get("state") === "running") return { state: "running", pid, reason: undefined }
  const signal = values.get("last terminating signal")
  const code = values.get("last exit code")
  if (signal !== undefined) return { state: "failing", pid: undefined, reason: `its process was ended by ${signal}` }
  return code === undefined || code === "(never exited)"
    ? { state: "starting", pid, reason: undefined }
    : { state: "failing", pid: undefined, reason: `its process ended with code ${code}` }
}
