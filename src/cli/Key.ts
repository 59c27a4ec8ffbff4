/** `loop key set`: tries a key for the model and writes it into config.json. */
import { Console, Effect, FileSystem, type Layer, Redacted, Stdio, Stream } from "effect"
import { Command, Prompt } from "effect/cli"
import { holdsValue, withValue } from "../domain/config/edit.ts"
import { exampleConfig } from "../domain/config/example.ts"
import { ModelRelay } from "../services/ModelRelay.ts"
import { Masking } from "../services/Masking.ts"
import { Settings } from "../services/Settings.ts"
import { failure } from "./Failure.ts"
import { progress } from "./Screen.ts"

const oauthKey = "claude_code_oauth_token"
const apiKey = "anthropic_api_key"

/** Typed unseen on a terminal, else the first line of stdin; never an argument, which others could read. */
const secret = Effect.gen(function* () {
  if (process.stdin.isTTY) {
    return Redacted.value(yield* Prompt.run(Prompt.Hidden({ message: "API key or OAuth token" }))).trim()
  }
  const stdio = yield* Stdio.Stdio
  const lines = stdio.stdin.pipe(Stream.decodeText, Stream.splitLines)
  return yield* lines.pipe(
    Stream.map((line) => line.trim()),
    Stream.filter((line) => line !== ""),
    Stream.runHead,
    Effect.flatMap(Effect.fromOption),
    Effect.catch(() => failure("There is no key on stdin. Type it when asked, or pipe it in."))
  )
})

/** What is wrong with the key as far as the API says; undefined when it is accepted. */
const tried = Effect.fnUntraced(function* (
  name: typeof oauthKey | typeof apiKey,
  value: string,
  relay: Layer.Layer<ModelRelay, never, Settings>
) {
  const settings = yield* Settings
  const { current } = settings
  const candidate = Effect.map(current, (config) => ({ ...config, [apiKey]: "", [oauthKey]: "", [name]: value }))
  return yield* ModelRelay.use((each) => each.check).pipe(
    Effect.provide(relay),
    Effect.provideService(Settings, Settings.of({ ...settings, current: candidate }))
  )
})

/** Written beside it and put in its place, readable by its owner alone. */
const store = Effect.fnUntraced(function* (path: string, name: string, value: string) {
  const fs = yield* FileSystem.FileSystem
  const failed = Effect.mapError((error: { readonly message: string }) =>
    failure(`${path} could not be written (${error.message}). Mend that and try again.`)
  )
  const real = yield* Effect.orElseSucceed(fs.realPath(path), () => path)
  const text = yield* Effect.orElseSucceed(fs.readFileString(real), () => exampleConfig)
  // A token wins over a key, so the one that was replaced goes.
  const hides = name === apiKey && holdsValue(text, oauthKey)
  const base = (hides ? withValue(text, oauthKey, "") : text) ?? text
  const edited = withValue(base, name, value)
  if (edited === undefined) {
    return yield* failure(`${path} could not be changed safely. Write ${name} into it with an editor.`)
  }
  const directory = real.slice(0, real.lastIndexOf("/"))
  const draft = `${real}.${process.pid}.new`
  yield* fs.makeDirectory(directory, { recursive: true, mode: 0o700 }).pipe(failed)
  yield* fs.writeFileString(draft, edited, { mode: 0o600 }).pipe(
    Effect.andThen(fs.rename(draft, real)),
    Effect.onError(() => Effect.ignore(fs.remove(draft))),
    failed
  )
})

const set = (relay: Layer.Layer<ModelRelay, never, Settings>) =>
  Command.make(
    "set",
    {},
    Effect.fnUntraced(function* () {
      const value = yield* secret
      if (!/^[\x21-\x7e]{8,}$/.test(value)) return yield* failure("That is no key. Copy the whole of it, on one line.")
      const name = value.startsWith("sk-ant-oat") ? oauthKey : apiKey
      ;(yield* Masking).learn(name, value)
      const { paths } = yield* Settings
      const refusal = yield* tried(name, value, relay).pipe(progress("Trying the key"))
      if (refusal?.status === 401 || refusal?.status === 403) {
        return yield* failure(
          `The key was refused (${refusal.status}: ${refusal.detail}). Nothing was stored; get a valid one and try again.`
        )
      }
      yield* store(paths.config, name, value)
      yield* refusal === undefined
        ? Console.log(`The key works; it is ${name} in ${paths.config} now.`)
        : Console.error(
            `loop: The key is ${name} in ${paths.config} now, but could not be tried (${refusal.detail}). "loop doctor" tries it again.`
          )
    })
  ).pipe(Command.withDescription("Read an API key or OAuth token from stdin, try it, and store it"))

export const key = (relay: Layer.Layer<ModelRelay, never, Settings>) =>
  Command.make("key").pipe(
    Command.withDescription("The key with which the model is reached"),
    Command.withSubcommands([set(relay)])
  )
