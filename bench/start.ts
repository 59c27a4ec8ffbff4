/** From `loop serve` to `listening on`, from the bundle; and what the server holds when nothing happens. */
import { Effect } from "effect"
import { median } from "./figure.ts"
import { install } from "./install.ts"
import * as Server from "./server.ts"
import { report } from "./support.ts"

const times = 7

const measure = Effect.gen(function* () {
  const command = yield* install
  const home = yield* Server.temporary
  const place = { command, home }
  const config = { sandbox: "docker", anthropic_api_key: "bench" }
  const once = Effect.scoped(Effect.map(Server.start(place, config), ({ ms }) => ms))
  const first = yield* once
  const later: Array<number> = []
  for (let time = 0; time < times; time++) later.push(yield* once)

  const idle = yield* Server.start(place, config).pipe(
    Effect.andThen(({ pid }) => Effect.as(Effect.sleep("10 seconds"), pid)),
    Effect.map(Server.residentMb),
    Effect.scoped
  )
  const against = "bundle, until `listening on`"
  return [
    { what: "start, the first on a machine", value: first, unit: "ms", against, atMost: 1500 },
    { what: "start, median", value: median(later), unit: "ms", against: `${against}, ${times} starts`, atMost: 1500 },
    { what: "start, slowest", value: Math.max(...later), unit: "ms", against: `${against}, ${times} starts` },
    { what: "idle server", value: idle, unit: "MB", against: "resident memory after 10 s", atMost: 150 }
  ]
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
