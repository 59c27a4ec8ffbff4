/** Waits until a service that was just started is up, or is seen not to stay up. */
import { Effect } from "effect"
import type { Look } from "../../domain/daemon/Look.ts"

const longest = 60

/**
 * Looks twice a second. It is up when the same process was seen `enough` times in a row, and is not `old`: twice is enough
 * where a server says itself that it is ready. Else, after half a minute, it is on its way up.
 */
export const settle = Effect.fnUntraced(function* <E>(
  look: Effect.Effect<Look, E>,
  old: number | undefined,
  enough: number
) {
  let seen: { readonly pid: number | undefined; readonly times: number } = { pid: undefined, times: 0 }
  for (let count = 0; count < longest; count++) {
    yield* Effect.sleep("500 millis")
    const now = yield* look
    if (now.state === "failing" || now.state === "stopped") return now
    const up = now.state === "running" && now.pid !== old
    seen = { pid: now.pid, times: !up ? 0 : now.pid === seen.pid ? seen.times + 1 : 1 }
    if (seen.times >= enough) return now
  }
  const late: Look = { state: "starting", pid: seen.pid, reason: undefined }
  return late
})
