/** A command run to its end in a box of its own. */
import { Effect, Stream } from "effect"
import type { BoxSpec, Sandbox } from "../../services/Sandbox.ts"

/** Characters of stdout that are kept. */
const outputLimit = 8192

export const run = Effect.fn("Once.run")(function* (sandbox: Sandbox["Service"], spec: BoxSpec) {
  const box = yield* sandbox.start(spec)
  return yield* Effect.gen(function* () {
    const lines = yield* Stream.runFold(
      box.lines,
      () => "",
      (text, line) => `${text}${line}\n`.slice(-outputLimit)
    )
    const { code } = yield* box.exit
    return { code, output: `${lines}${yield* box.stderr}`.trim() }
  }).pipe(Effect.ensuring(box.kill))
}, Effect.scoped)
