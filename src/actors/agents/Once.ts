/** A command run to its end in a box of its own. */
import { Effect, Stream } from "effect"
import type { BoxSpec, Sandbox } from "../../services/Sandbox.ts"

/** Characters of the end of stdout that are kept. */
const outputLimit = 8192

/** `keep`: characters of the beginning of stdout that are kept as well. */
export const run = Effect.fn("Once.run")(function* (sandbox: Sandbox["Service"], spec: BoxSpec, keep = 0) {
  const box = yield* sandbox.start(spec)
  return yield* Effect.gen(function* () {
    const beginning: Array<string> = []
    let room = keep
    const lines = yield* Stream.runFold(
      box.lines,
      () => "",
      (text, line) => {
        if (room > 0) beginning.push(`${line}\n`.slice(0, room))
        room -= line.length + 1
        return `${text}${line}\n`.slice(-outputLimit)
      }
    )
    const { code } = yield* box.exit
    return { code, output: `${lines}${yield* box.stderr}`.trim(), stdout: beginning.join("") }
  }).pipe(Effect.ensuring(box.kill))
}, Effect.scoped)
