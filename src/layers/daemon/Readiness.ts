/**
 * Tells systemd that the server is ready, and from then on that it is alive: `sd_notify(3)`. Node cannot send a datagram
 * to a unix socket, so systemd's own program does it. Nothing happens where no service manager waits for it.
 */
import { Effect, Schedule } from "effect"
import { Programs } from "../../services/Programs.ts"

type Env = Readonly<Record<string, string | undefined>>

/** Milliseconds between two signs of life, three in the time that systemd waits; undefined where none is wanted of us. */
const intervalOf = ({ WATCHDOG_PID, WATCHDOG_USEC }: Env): number | undefined => {
  const micros = Number(WATCHDOG_USEC)
  const ours = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid)
  return ours && micros > 0 ? micros / 3000 : undefined
}

/** Goes on until it is interrupted. */
export const readiness = Effect.fn("Readiness")(function* (env: Env = process.env) {
  if (!env["NOTIFY_SOCKET"]) return
  const programs = yield* Programs
  const tell = (state: string) =>
    programs.run("systemd-notify", [state], { seconds: 10 }).pipe(
      Effect.filterOrFail(
        ({ code }) => code === 0,
        ({ code, stderr }) => `systemd-notify ended with ${code}: ${stderr.trim()}`
      )
    )
  const log = (error: unknown) => Effect.logWarning("systemd could not be told how the server is", error)
  yield* tell("READY=1").pipe(
    Effect.retry(Schedule.spaced("5 seconds").pipe(Schedule.upTo({ times: 5 }))),
    Effect.catch(log)
  )
  const interval = intervalOf(env)
  if (interval !== undefined) yield* Effect.repeat(Effect.catch(tell("WATCHDOG=1"), log), Schedule.spaced(interval))
})
