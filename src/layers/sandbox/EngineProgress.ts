/** The engine's answers that take long: builds, pulls, imports. They come as JSON lines, the last one may be an error. */
import { Effect, Schema, Stream } from "effect"
import { stripVTControlCharacters } from "node:util"
import { SandboxError } from "../../services/Sandbox.ts"
import { makeLineSplitter } from "./Frames.ts"

const Step = Schema.fromJsonString(
  Schema.Struct({
    stream: Schema.optionalKey(Schema.String),
    status: Schema.optionalKey(Schema.String),
    id: Schema.optionalKey(Schema.String),
    error: Schema.optionalKey(Schema.String)
  })
)
const decodeStep = Schema.decodeUnknownEffect(Step)

/** What the builder says of its own doings. */
const NOISE = /^\s*$|^ ?---> |^Removing intermediate container /

/** How many of the last lines an error carries. */
const LAST_LINES = 12

const lost = (target: string) => (cause: unknown) =>
  new SandboxError({ reason: "no_image", target, detail: `the engine's answer broke off: ${String(cause)}` })

const reasonOf = (text: string): SandboxError["reason"] =>
  /no space left on device|disk quota exceeded/i.test(text) ? "disk_full" : "no_image"

/** Reads such an answer to its end; `progress` gets each line. Fails with `no_image` and the last lines. */
export const follow = Effect.fnUntraced(function* (
  target: string,
  answer: NodeJS.ReadableStream,
  progress: (line: string) => Effect.Effect<void>
) {
  const splitter = makeLineSplitter()
  const last: Array<string> = []

  const say = Effect.fnUntraced(function* (text: string) {
    for (const line of stripVTControlCharacters(text).split(/[\r\n]+/)) {
      if (NOISE.test(line)) continue
      last.push(line)
      if (last.length > LAST_LINES) last.shift()
      yield* progress(line)
    }
  })

  yield* Stream.fromAsyncIterable(answer as AsyncIterable<Buffer | string>, lost(target)).pipe(
    Stream.flatMap((chunk) => Stream.fromIterable(splitter.push(Buffer.from(chunk)))),
    Stream.runForEach(
      Effect.fnUntraced(function* (line) {
        const step = yield* decodeStep(line).pipe(Effect.orElseSucceed(() => ({}) as typeof Step.Type))
        if (step.error !== undefined) {
          const detail = [...last, step.error].join("\n")
          return yield* new SandboxError({ reason: reasonOf(detail), target, detail })
        }
        if (step.stream !== undefined) yield* say(step.stream)
        if (step.status !== undefined) yield* say(step.id === undefined ? step.status : `${step.id}: ${step.status}`)
      })
    )
  )
})
