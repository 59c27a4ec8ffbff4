/** Names this installation on everything it leaves with an engine: a uuid in LOOP_HOME, made once. */
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { SandboxError } from "../../services/Sandbox.ts"

const read = async (file: string): Promise<string | undefined> => {
  const text = await fs.readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return ""
    throw cause
  })
  return /^[0-9a-f-]{36}$/.test(text.trim()) ? text.trim() : undefined
}

/** Written whole or not at all; of two that are first, one wins. */
const make = async (file: string): Promise<string> => {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${randomUUID()}`
  await fs.writeFile(fresh, `${randomUUID()}\n`, { mode: 0o600 })
  await fs.link(fresh, file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EEXIST") throw cause
  })
  await fs.rm(fresh)
  return (await read(file)) ?? ""
}

export const installId = (loopHome: string): Effect.Effect<string, SandboxError> => {
  const file = path.join(loopHome, "install-id")
  return Effect.tryPromise({
    try: async () => {
      const id = (await read(file)) ?? (await make(file))
      if (id === "") throw new Error("it holds something else than an id; remove it")
      return id
    },
    catch: (cause) => new SandboxError({ reason: "other", target: file, detail: String(cause) })
  })
}
