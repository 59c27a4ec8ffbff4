/** `Daemon` by this machine's service manager. */
import { homedir, userInfo } from "node:os"
import { Effect, Layer } from "effect"
import { DaemonFailed } from "../../services/Daemon.ts"
import * as Programs from "../Programs.ts"
import * as Launchd from "./Launchd.ts"
import * as Systemd from "./Systemd.ts"

export const layer = Layer.unwrap(
  Effect.suspend(() => {
    const home = process.env["HOME"] || homedir()
    const { uid, username } = userInfo()
    if (process.platform === "linux") return Effect.succeed(Systemd.layer({ env: process.env, home, user: username }))
    if (process.platform === "darwin") return Effect.succeed(Launchd.layer({ home, uid }))
    return Effect.fail(
      new DaemonFailed({
        message: `Loop is a service on Linux and macOS only. Run "loop serve" from what starts programs here.`
      })
    )
  })
).pipe(Layer.provide(Programs.layer))
