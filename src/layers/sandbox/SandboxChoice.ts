/** The wall that was chosen for this installation, and is kept in LOOP_HOME. */
import { Effect, Schema } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { SandboxError, type SandboxKind } from "../../services/Sandbox.ts"
import type { Settings } from "../../services/Settings.ts"

const Kind = Schema.Literals(["docker", "bubblewrap"])
const decodeKind = Schema.decodeUnknownEffect(Kind)

/** Removing the file lets the next start choose anew. */
const fileOf = (settings: Settings["Service"]): string => path.join(settings.paths.home, "sandbox")

/** What the configuration names, else what an earlier start chose; undefined before the first start. */
export const known = Effect.fn("SandboxChoice.known")(function* (settings: Settings["Service"]) {
  const { sandbox } = yield* settings.current
  if (sandbox !== "auto") return sandbox satisfies SandboxKind
  return yield* Effect.tryPromise(() => fs.readFile(fileOf(settings), "utf8")).pipe(
    Effect.flatMap((text) => decodeKind(text.trim())),
    Effect.orElseSucceed(() => undefined)
  )
})

export const keep = (settings: Settings["Service"], kind: SandboxKind): Effect.Effect<void, SandboxError> =>
  Effect.tryPromise({
    try: () => fs.writeFile(fileOf(settings), `${kind}\n`, { mode: 0o600 }),
    catch: (cause) => new SandboxError({ reason: "other", target: fileOf(settings), detail: String(cause) })
  })
