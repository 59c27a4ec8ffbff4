/** A whole turn of the real program, real containers, the real CLI and a scripted model: kept, started ahead, fresh, and the predecessor's way. */
import { Effect } from "effect"
import * as MessagesApi from "../test/support/MessagesApi.ts"
import { median, type Figure } from "./figure.ts"
import { install } from "./install.ts"
import * as Predecessor from "./predecessor.ts"
import * as Server from "./server.ts"
import { report } from "./support.ts"
import * as Talk from "./talk.ts"

const image = "loop-agent:latest"
const rounds = 7
const keptPerRound = 5

const measure = Effect.gen(function* () {
  const home = yield* Server.temporary
  const api = yield* MessagesApi.make()
  const config = { sandbox: "docker", anthropic_base_url: api.url, anthropic_api_key: "bench" }
  const server = yield* Server.start({ command: yield* install, home }, config)
  const before = Predecessor.make({ image, url: api.url, directory: `${home}/predecessor` })

  const kept = yield* Talk.channel(server)
  const ahead = yield* Talk.channel(server)
  yield* kept.turn("say: warm")
  yield* ahead.turn("say: warm")
  yield* before("say: warm")

  const took: Record<"kept" | "ahead" | "fresh" | "before", Array<number>> = {
    kept: [],
    ahead: [],
    fresh: [],
    before: []
  }
  for (let round = 0; round < rounds; round++) {
    // A reset has the next process started ahead; by the end of the pause it is there.
    yield* ahead.reset
    for (let turn = 0; turn < keptPerRound; turn++) took.kept.push(yield* kept.turn(`say: kept ${round} ${turn}`))
    took.before.push(yield* before(`say: before ${round}`))
    yield* Effect.sleep("2 seconds")
    took.ahead.push(yield* ahead.turn(`say: ahead ${round}`))
    const fresh = yield* Talk.channel(server)
    took.fresh.push(yield* fresh.turn(`say: fresh ${round}`))
    yield* fresh.reset
  }

  const theirs = median(took.before)
  const whole = "message posted -> run ended, median"
  const ratio = (what: string, ms: number, atMost?: number): Figure => ({
    what: `${what} / predecessor's way`,
    value: ms / theirs,
    unit: "x",
    against: `the same ${rounds} rounds`,
    ...(atMost !== undefined && { atMost })
  })
  const ms = (what: string, values: ReadonlyArray<number>, against: string): Figure => {
    return { what, value: median(values), unit: "ms", against }
  }
  return [
    ms("turn, kept process", took.kept, whole),
    ms("turn, process started ahead", took.ahead, whole),
    ms("turn, fresh box and process", took.fresh, whole),
    ms("turn, predecessor's way", took.before, "container made -> ended, prompt by argv, median"),
    ratio("kept", median(took.kept), 0.1),
    ratio("started ahead", median(took.ahead)),
    ratio("fresh", median(took.fresh))
  ]
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
