/** `Settings` from `config.json` in LOOP_HOME, read again when it is edited; the last good reading stays in force. */
import { unwatchFile, watchFile } from "node:fs"
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Layer, PubSub, Queue, Ref, Result, Stream } from "effect"
import { type Config, type ConfigProblem, decodeConfig } from "../domain/Config.ts"
import { waitingForRestart } from "../domain/config/changes.ts"
import { secretsIn } from "../domain/config/redact.ts"
import { Masking } from "../services/Masking.ts"
import { ConfigInvalid, Settings } from "../services/Settings.ts"
import { approvedIn, effectiveFor, workDirOf } from "./settings/Effective.ts"
import { type Env, longestHome, loopPaths, makeHome, withHomes } from "./settings/LoopHome.ts"
import { canonical, readProjectFile } from "./settings/ProjectFile.ts"

interface Options {
  readonly env?: Env
  /** Milliseconds between two looks at the file. */
  readonly lookEvery?: number
}

const whole = (message: string): ReadonlyArray<ConfigProblem> => [{ key: "", message, line: null }]

/** Whoever reads a configuration knows its secrets, and so does what masks them. */
const teach = (config: Config) => Effect.map(Masking, (masker) => masker.configure(secretsIn(config)))

const hostTimezone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

const open = Effect.fnUntraced(function* (given: Env) {
  const fs = yield* FileSystem.FileSystem
  const env = withHomes(given)
  const path = `${env.LOOP_HOME}/config.json`

  const text = Effect.mapError(fs.readFileString(path), (error) =>
    whole(
      error.reason._tag === "NotFound"
        ? "The file is gone"
        : `The file cannot be read (${error.reason._tag}); it must be readable to you`
    )
  )
  const exists = yield* Effect.orElseSucceed(fs.exists(path), () => true)
  const decode = (content: string) => Effect.fromResult(decodeConfig(content, env, hostTimezone()))
  const invalid = (problems: ReadonlyArray<ConfigProblem>) => new ConfigInvalid({ path, problems })

  const first = yield* (exists ? text : Effect.succeed("{}")).pipe(
    Effect.flatMap((content) => Effect.map(decode(content), (decoded) => ({ content, ...decoded }))),
    Effect.mapError(invalid)
  )
  yield* teach(first.config)
  yield* Effect.forEach(first.warnings, (warning) => Effect.logWarning(`${path}: ${warning}`))
  if (Buffer.byteLength(env.LOOP_HOME) > longestHome) {
    return yield* invalid(
      whole(`The path of LOOP_HOME (${env.LOOP_HOME}) is longer than ${longestHome} bytes, too long for sockets in it`)
    )
  }
  return { env, path, text, decode, first, paths: loopPaths(env, first.config) }
})

type Opened = Effect.Success<ReturnType<typeof open>>
type Change = Stream.Success<Settings["Service"]["changes"]>

interface Live {
  readonly current: Effect.Effect<Config>
  readonly problems: Effect.Effect<ReadonlyArray<ConfigProblem>>
  readonly changes: Stream.Stream<Change>
}

/** Of a reading that nobody repeats. */
const once = ({ first }: Opened): Live => ({
  current: Effect.succeed(first.config),
  problems: Effect.succeed([]),
  changes: Stream.never
})

const serviceOf = (opened: Opened, live: Live) =>
  Settings.of({
    paths: opened.paths,
    ...live,
    forChannel: Effect.fn("Settings.forChannel")(function* (channel, root) {
      const { env, paths } = opened
      const project = yield* readProjectFile(workDirOf(paths, channel, root))
      const place = approvedIn(paths, channel, root)
      const directory = project.text === undefined ? undefined : yield* canonical(workDirOf(paths, place, root))
      const read = directory === undefined ? project : { ...project, directory }
      return effectiveFor(yield* live.current, paths, env, channel, root, read)
    })
  })

/** Each time the file may have changed, and once at the start. Looking at it survives editors that replace files. */
const edits = (path: string, interval: number) =>
  Stream.callback<void>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const listener = () => Queue.offerUnsafe(queue, undefined)
        watchFile(path, { interval, persistent: false }, listener)
        listener()
        // What changed between that look and the watch's own first one.
        return { listener, timer: setTimeout(listener, interval) }
      }),
      ({ listener, timer }) =>
        Effect.sync(() => {
          clearTimeout(timer)
          unwatchFile(path, listener)
        })
    )
  )

const prepare = (home: string) =>
  Effect.mapError(
    makeHome(home),
    ({ message }) =>
      new ConfigInvalid({
        path: `${home}/config.json`,
        problems: whole(`LOOP_HOME cannot be made or written to (${message}); set LOOP_HOME to a directory of yours`)
      })
  )

const watched = Effect.fnUntraced(function* (options: Options) {
  const env = options.env ?? process.env
  const made = yield* prepare(withHomes(env).LOOP_HOME)
  const opened = yield* open(env)
  if (made) yield* Effect.logInfo(`${opened.path} is new; "loop key set" puts your API key into it`)

  const current = yield* Ref.make(opened.first.config)
  const seen = yield* Ref.make(opened.first.content)
  const problems = yield* Ref.make<ReadonlyArray<ConfigProblem>>([])
  const changes = yield* PubSub.unbounded<Change>()

  const apply = Effect.fnUntraced(function* (config: Config, warnings: ReadonlyArray<string>) {
    const waiting = waitingForRestart(yield* Ref.get(current), config)
    yield* teach(config)
    yield* Ref.set(current, config)
    yield* Ref.set(problems, [])
    yield* Effect.forEach(warnings, (warning) => Effect.logWarning(`${opened.path}: ${warning}`))
    const later = waiting.length === 0 ? "" : ` (${waiting.join(", ")} only after a restart)`
    yield* Effect.logInfo(`${opened.path} was edited and applies${later}`)
    yield* PubSub.publish(changes, { _tag: "Applied", config })
  })

  const refuse = Effect.fnUntraced(function* (found: ReadonlyArray<ConfigProblem>) {
    const { message } = new ConfigInvalid({ path: opened.path, problems: found })
    yield* Ref.set(problems, found)
    yield* Effect.logError(`The edit does not apply and the last good configuration stays in force: ${message}`)
    yield* PubSub.publish(changes, { _tag: "Refused", problems: found })
  })

  /** A file that is being written looks broken for a moment, so what is broken is looked at twice. */
  const attempt = Effect.gen(function* () {
    const content = yield* opened.text
    if (content === (yield* Ref.get(seen))) return
    const decoded = yield* opened.decode(content)
    yield* Ref.set(seen, content)
    yield* apply(decoded.config, decoded.warnings)
  })
  const look = attempt.pipe(
    Effect.catch(() => Effect.andThen(Effect.sleep("100 millis"), attempt)),
    Effect.catch((found) =>
      Effect.gen(function* () {
        yield* Ref.set(
          seen,
          Result.getOrElse(yield* Effect.result(opened.text), () => "")
        )
        yield* refuse(found)
      })
    ),
    Effect.catchCause((cause) => Effect.logError("Looking at the configuration failed", cause))
  )

  yield* edits(opened.path, options.lookEvery ?? 500).pipe(
    Stream.runForEach(() => look),
    Effect.forkScoped
  )
  return serviceOf(opened, {
    current: Ref.get(current),
    problems: Ref.get(problems),
    changes: Stream.fromPubSub(changes)
  })
})

/** For the server: makes LOOP_HOME when it is missing, and watches the file. */
export const layer = (options: Options = {}): Layer.Layer<Settings, ConfigInvalid> =>
  Layer.effect(Settings, watched(options)).pipe(Layer.provide(NodeFileSystem.layer))

/** For commands that come and go: reads once; makes LOOP_HOME only where the command keeps something there. */
export const layerOnce = (
  options: Pick<Options, "env"> & { readonly make?: boolean } = {}
): Layer.Layer<Settings, ConfigInvalid> =>
  Layer.effect(
    Settings,
    Effect.gen(function* () {
      const env = options.env ?? process.env
      if (options.make === true) yield* prepare(withHomes(env).LOOP_HOME)
      const opened = yield* open(env)
      return serviceOf(opened, once(opened))
    })
  ).pipe(Layer.provide(NodeFileSystem.layer))

/** A fixed configuration with real paths: keys as they are written in the file, over the defaults. */
export const layerTest = (
  keys: Readonly<Record<string, unknown>> = {},
  env: Env = { HOME: "/home/test", LOOP_HOME: "/home/test/.loop" }
): Layer.Layer<Settings, ConfigInvalid> =>
  Layer.effect(
    Settings,
    Effect.gen(function* () {
      const homes = withHomes(env)
      const path = `${homes.LOOP_HOME}/config.json`
      const decode = (content: string) => Effect.fromResult(decodeConfig(content, homes, "UTC"))
      const content = JSON.stringify(keys)
      const decoded = yield* decode(content).pipe(Effect.mapError((problems) => new ConfigInvalid({ path, problems })))
      yield* teach(decoded.config)
      const opened: Opened = {
        env: homes,
        path,
        text: Effect.succeed(content),
        decode,
        first: { content, ...decoded },
        paths: loopPaths(homes, decoded.config)
      }
      return serviceOf(opened, once(opened))
    })
  )
