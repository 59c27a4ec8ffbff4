/** The systemd user unit `loop.service`. Quoting as systemd.syntax(7), systemd.service(5) and systemd.exec(5) have it. */
import type { Service } from "./Service.ts"

export const unitName = "loop.service"

interface UnitOptions {
  /** Whether `systemd-notify` tells systemd that the server is ready and alive. */
  readonly notifies: boolean
  /** Whether Loop has switched on that the user's services outlive the login, and has to switch it off again. */
  readonly lingers: boolean
}

const specifiers = (text: string): string => text.replaceAll("%", "%%")

const quoted = (text: string): string => `"${specifiers(text.replaceAll(/[\\"]/g, String.raw`\$&`))}"`

/** Variables are replaced in arguments, in the program's path they are not. */
const commandLine = ([program, ...args]: Service["command"]): string =>
  [quoted(program), ...args.map((arg) => quoted(arg).replaceAll("$", "$$$$"))].join(" ")

const readiness = (notifies: boolean): ReadonlyArray<string> =>
  notifies
    ? // The notes come from systemd-notify, a child. A first start may have to build the agents' image.
      ["Type=notify", "NotifyAccess=all", "TimeoutStartSec=15min", "WatchdogSec=90", "WatchdogSignal=SIGKILL"]
    : ["Type=exec"]

const forPeople = "SIGTERM"
const lingerMark = "Linger=enabled by Loop"

/** However it ends but by `loop daemon:stop`, running turns are left to the next server, which takes them over. */
export const unitOf = (service: Service, { lingers, notifies }: UnitOptions): string =>
  [
    `# Made by "loop daemon:start". What is changed with "systemctl --user edit loop" is kept, what is changed here is not.`,
    "[Unit]",
    "Description=Loop, a supervisor for coding agents",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    ...readiness(notifies),
    `ExecStart=${commandLine(service.command)}`,
    ...Object.entries(service.environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    "Restart=always",
    "RestartSec=1",
    "KillMode=mixed",
    `KillSignal=${forPeople}`,
    "TimeoutStopSec=30",
    `StandardOutput=append:${specifiers(service.log)}`,
    `StandardError=append:${specifiers(service.log)}`,
    "",
    "[Install]",
    "WantedBy=default.target",
    ...(lingers ? ["", "[X-Loop]", lingerMark] : []),
    ""
  ].join("\n")

/** The same unit, whose next stop ends what runs in order, as Ctrl-C does. */
export const endingTurns = (unit: string): string => unit.replace(`KillSignal=${forPeople}`, "KillSignal=SIGINT")

/** Whether it says that lingering is Loop's doing. */
export const lingersByLoop = (unit: string): boolean => unit.split("\n").includes(lingerMark)
