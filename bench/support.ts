/** What the measurements have in common: a directory on the disk, a clock, waiting, and how figures are printed. */
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import type { Figure } from "./figure.ts"

/** On the disk of the working directory: a temporary directory is often in memory, where nothing is to be synchronised. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(process.cwd(), ".bench-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Milliseconds that an effect takes. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const start = performance.now()
    return Effect.map(effect, (value) => ({ value, ms: performance.now() - start }))
  })

/** Prints what was measured, for `main.ts` to read, and ends the process. */
export const report = async <E>(figures: Effect.Effect<ReadonlyArray<Figure>, E>) => {
  const measured = await Effect.runPromise(figures)
  process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0))
}
