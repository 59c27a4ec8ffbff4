/** How long a stop takes, from the request to its answer, in the real program and a real container. */
import { Effect } from "effect"
import * as MessagesApi from "../test/support/MessagesApi.ts"
import type { ApiEvent } from "../src/cli/Sse.ts"
import type { Figure } from "./figure.ts"
import { install } from "./install.ts"
import * as Server from "./server.ts"
import { report, timed } from "./support.ts"
import * as Talk from "./talk.ts"

const rounds = 5

const measure = Effect.gen(function* () {
  const home = yield* Server.temporary
  const api = yield* MessagesApi.make()
  const config = { sandbox: "docker", anthropic_base_url: api.url, anthropic_api_key: "bench" }
  const server = yield* Server.start({ command: yield* install, home }, config)

  const slowest = Effect.fnUntraced(function* (what: string, prompt: string, under: (event: ApiEvent) => boolean) {
    const channel = yield* Talk.channel(server)
    yield* channel.turn("say: warm")
    const took: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      const begun = yield* channel.next(under)
      yield* channel.say(prompt)
      yield* begun
      yield* Effect.sleep("300 millis")
      const { ms, value } = yield* timed(channel.stop)
      took.push(value?.["stopped"] === true ? ms : Number.NaN)
    }
    const value = Math.max(...took)
    const against = `request -> answer, the slowest of ${rounds}, real container`
    return { what: `stop while ${what}`, value, unit: "ms", against, atMost: 2000 } satisfies Figure
  })

  return [
    yield* slowest("a tool runs", "tool: bash tail -f /dev/null", ({ type }) => type === "run.tool"),
    yield* slowest("text streams", "stream: 2000 chunks with 20 ms", ({ type }) => type === "run.text")
  ]
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
