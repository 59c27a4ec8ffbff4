/** `Tokens` with the owner's token in a file, where the owner's own commands find it. */
import { createHash, timingSafeEqual } from "node:crypto"
import { watch } from "node:fs"
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { Cause, Effect, Layer, Predicate, Queue, Redacted, Semaphore, Stream } from "effect"
import { SecureRandom } from "effect/crypto"
import { Masking } from "../../services/Masking.ts"
import { type Subject, Tokens } from "../../services/Tokens.ts"
import { toStoreError } from "./Errors.ts"

const owner: Subject = { kind: "owner" }
const digest = (secret: string) => createHash("sha256").update(secret).digest()

const isCode = (cause: unknown, code: string) => Predicate.hasProperty(cause, "code") && cause.code === code

/** The file's token; none where there is no file, or an empty one. */
const read = async (path: string): Promise<string | undefined> => {
  try {
    const token = (await readFile(path, "utf8")).trim()
    return token === "" ? undefined : token
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return undefined
    throw cause
  }
}

/** Appears whole or not at all, and never replaces a token that another process has made meanwhile. */
const write = async (path: string, token: string): Promise<string> => {
  const draft = `${path}.${process.pid}.new`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(draft, `${token}\n`, { mode: 0o600, flush: true })
    await link(draft, path)
    return token
  } catch (cause) {
    const other = await read(path)
    if (other !== undefined) return other
    if (!isCode(cause, "EEXIST")) throw cause
    // An empty file is nobody's token.
    await rename(draft, path)
    return token
  } finally {
    await rm(draft, { force: true })
  }
}

/** Whenever something happens to the file, and once at the start. The directory is watched: editors replace files. */
const touches = (path: string) =>
  Stream.callback<void, unknown>((queue) =>
    Effect.acquireRelease(
      Effect.try({
        try: () => {
          const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
            if (name === null || name === basename(path)) Queue.offerUnsafe(queue, undefined)
          })
          watcher.on("error", (cause) => Queue.failCauseUnsafe(queue, Cause.fail(cause)))
          Queue.offerUnsafe(queue, undefined)
          return watcher
        },
        catch: (cause) => cause
      }),
      (watcher) => Effect.sync(() => watcher.close())
    )
  ).pipe(
    Stream.catch((cause) =>
      Stream.fromEffectDrain(
        Effect.logWarning("The owner's token cannot be watched, so its replacement is noticed later", cause)
      ).pipe(Stream.concat(Stream.never))
    )
  )

/** `home`: the directory of everything Loop keeps. */
export const layer = (home: string) =>
  Layer.effect(
    Tokens,
    Effect.gen(function* () {
      const random = yield* SecureRandom.SecureRandom
      const masker = yield* Masking
      const path = join(home, "token")
      const attempt = <A>(run: () => Promise<A>) =>
        Effect.tryPromise({ try: run, catch: (cause) => toStoreError("Tokens.owner", cause) })

      // Read each time: the owner may replace the file to make an old token worthless.
      const stored = attempt(() => read(path))
      const make = Effect.gen(function* () {
        const already = yield* stored
        if (already !== undefined) return already
        const made = `loop_${Buffer.from(yield* random.randomBytes(32)).toString("base64url")}`
        return yield* attempt(() => write(path, made))
      }).pipe(Effect.uninterruptible, Semaphore.makeUnsafe(1).withPermit)
      const secret = Effect.flatMap(stored, (token) => (token === undefined ? make : Effect.succeed(token)))

      const known = Effect.tap(secret, (token) => Effect.sync(() => masker.learn("owner token", token)))

      const verify = Effect.fn("Tokens.verify")(function* (given: Redacted.Redacted<string>) {
        const expected = digest(yield* known)
        return timingSafeEqual(expected, digest(Redacted.value(given))) ? owner : undefined
      })

      return Tokens.of({
        owner: Effect.map(known, (token) => Redacted.make(token)),
        verify,
        // While there is none, somebody may be writing it.
        changes: Stream.filterEffect(touches(path), () => Effect.map(stored, (token) => token !== undefined))
      })
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))
