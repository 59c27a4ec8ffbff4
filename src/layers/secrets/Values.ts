/** Values of configured secrets, from where the configuration says that they are. */
import { Clock, Effect, Semaphore } from "effect"
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import type { Config } from "../../domain/Config.ts"
import { expandHome } from "../../domain/Config.ts"
import { unfit } from "../../domain/secrets/Binding.ts"
import type { Secret } from "../../domain/config/secrets.ts"
import { SecretUnreadable } from "../../services/Secrets.ts"

export type Env = Readonly<Record<string, string | undefined>>

/** How long a command's answer counts, and how long it may take, in milliseconds. */
const KEPT = 300_000
const PATIENCE = 20_000
const LARGEST = 64 * 1024

/** What it prints, without the program's own complaints: they may hold anything. */
const printed = ([program = "", ...args]: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const limits = { timeout: PATIENCE, killSignal: "SIGKILL", maxBuffer: LARGEST } as const
    const child = execFile(program, args, limits, (error, stdout) => {
      if (error === null) return resolve(stdout)
      const how = error.killed === true ? "did not end in time" : `failed (${error.code ?? error.signal})`
      reject(new Error(`its command "${program}" ${how}`))
    })
    child.stdin?.end()
  })

const source = async (secret: Secret, env: Env): Promise<string> => {
  if (secret.value !== undefined) return secret.value
  if (secret.env !== undefined) {
    const value = env[secret.env]
    if (value === undefined || value === "") throw new Error(`the variable ${secret.env} is not set where Loop runs`)
    return value
  }
  if (secret.file !== undefined) {
    const file = expandHome(secret.file, env["HOME"] ?? "/")
    return readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
      throw new Error(`its file ${file} cannot be read (${cause.code ?? "unknown"})`)
    })
  }
  return printed(secret.command ?? [])
}

/** `learn` is told of each value that was read. */
export const make = (current: Effect.Effect<Config>, env: Env, learn: (name: string, value: string) => void) => {
  const kept = new Map<string, { readonly value: string; readonly asked: string; readonly until: number }>()
  const one = Semaphore.makeUnsafe(1)

  const read = Effect.fnUntraced(function* (name: string) {
    const { secrets } = yield* current
    const secret = secrets.find((each) => each.name === name)
    if (secret === undefined) return yield* new SecretUnreadable({ name, detail: "it is no longer configured" })
    const asked = JSON.stringify(secret.command)
    const now = yield* Clock.currentTimeMillis
    const known = kept.get(name)
    if (known !== undefined && known.asked === asked && now < known.until) return known.value
    const text = yield* Effect.tryPromise({
      try: () => source(secret, env),
      catch: (cause) => new SecretUnreadable({ name, detail: cause instanceof Error ? cause.message : "unknown" })
    })
    const value = text.trim()
    const why = unfit(value)
    if (why !== undefined) return yield* new SecretUnreadable({ name, detail: `its value ${why}` })
    learn(name, value)
    if (secret.command !== undefined) kept.set(name, { value, asked, until: now + KEPT })
    return value
  })

  return {
    // One at a time: a command is not begun again while it runs.
    value: (name: string) => one.withPermit(read(name)),
    rejected: (name: string) => Effect.sync(() => void kept.delete(name))
  }
}
