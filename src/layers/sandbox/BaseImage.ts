/** What the agents' image is built on: present, pulled, or made from the packages of this machine's distribution. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { SandboxError } from "../../services/Sandbox.ts"
import type { Engine } from "./Engine.ts"
import { follow } from "./EngineProgress.ts"

type EngineService = Engine["Service"]
type Progress = (line: string) => Effect.Effect<void>

/** A pull that says nothing for so long is given up. */
const PULL_SILENCE = "20 seconds"

const inspectId = (engine: EngineService, image: string) =>
  engine
    .call(image, (docker) => docker.getImage(image).inspect())
    .pipe(
      Effect.map((info) => info.Id as string | undefined),
      Effect.catchIf(
        (error) => error.reason === "no_image" || error.reason === "vanished",
        () => Effect.succeed(undefined)
      )
    )

/** What exactly a base is: its digest in the registry, or its id where it came from none. */
export const exactly = (engine: EngineService, image: string) =>
  engine
    .call(image, (docker) => docker.getImage(image).inspect())
    .pipe(Effect.map((info): string => info.RepoDigests?.[0] ?? info.Id))

const pull = Effect.fnUntraced(function* (engine: EngineService, image: string, progress: Progress) {
  yield* progress(`Pulling ${image}`)
  const silence = { duration: PULL_SILENCE, orElse: () => tooSlow(image) } as const
  const answer = yield* engine.call(image, (docker) => docker.pull(image)).pipe(Effect.timeoutOrElse(silence))
  yield* follow(image, answer, () => Effect.void).pipe(Effect.timeoutOrElse(silence))
})

const tooSlow = (image: string) =>
  Effect.fail(
    new SandboxError({
      reason: "no_image",
      target: image,
      detail: `the registry did not deliver within ${PULL_SILENCE}`
    })
  )

/** `VERSION_CODENAME` of Debian and its children; undefined elsewhere. */
export const codename = (osRelease: string): string | undefined => {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1]
  const family = `${value("ID") ?? ""} ${value("ID_LIKE") ?? ""}`
  return /\b(debian|ubuntu)\b/.test(family) ? value("VERSION_CODENAME") : undefined
}

const thisCodename = (): string | undefined => {
  try {
    return process.getuid?.() === 0 ? codename(readFileSync("/etc/os-release", "utf8")) : undefined
  } catch {
    return undefined
  }
}

/** Runs a program to its end; its output, where it has one, is handed over as a stream. Fails with its last words. */
const run = (target: string, program: string, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] })),
    (child) => Effect.sync(() => void (child.exitCode === null && child.kill("SIGKILL")))
  ).pipe(
    Effect.map((child) => {
      let words = ""
      child.stderr.on("data", (piece: Buffer) => (words = (words + piece.toString("utf8")).slice(-1500)))
      const ended = Effect.callback<void, SandboxError>((resume) => {
        const fail = (detail: string) =>
          resume(Effect.fail(new SandboxError({ reason: "no_image", target, detail: `${program}: ${detail}` })))
        child.on("error", (error) => fail(error.message))
        child.on("close", (code) => (code === 0 ? resume(Effect.void) : fail(words.trim() || `exit ${code}`)))
      })
      return { output: child.stdout, ended }
    })
  )

/** Makes a small system from the distribution's packages and imports it. Needs root, for mmdebstrap's sake. */
const bootstrap = Effect.fnUntraced(function* (
  engine: EngineService,
  suite: string,
  image: string,
  progress: Progress
) {
  yield* progress(`Making a base image of ${suite} from the distribution's packages; this takes about half a minute`)
  const probe = yield* run(image, "mmdebstrap", ["--version"])
  probe.output.resume()
  yield* probe.ended.pipe(
    Effect.catch(() =>
      Effect.gen(function* () {
        yield* progress("Installing mmdebstrap")
        for (const args of [["update"], ["install", "-y", "--no-install-recommends", "mmdebstrap"]]) {
          const apt = yield* run(image, "apt-get", args)
          apt.output.resume()
          yield* apt.ended
        }
      })
    )
  )
  const made = yield* run(image, "mmdebstrap", ["--variant=minbase", "--include=ca-certificates", suite, "-"])
  const [repo, tag] = image.split(":")
  const load = engine
    .call(image, (docker) => docker.importImage(made.output, { repo, tag }))
    .pipe(Effect.flatMap((answer) => follow(image, answer, () => Effect.void)))
  yield* Effect.all([made.ended, load], { concurrency: 2, discard: true })
}, Effect.scoped)

/** Named by what is in it (`name@sha256:…`, or an id), so that nothing else can be meant. */
export const isPinned = (image: string): boolean => /(^|@)sha256:[0-9a-f]{64}$/.test(image)

/** The name of an image to build on, in the place of `wanted`; in the place of a pinned one there is no other. */
export const ensureBase = Effect.fn("BaseImage.ensureBase")(function* (
  engine: EngineService,
  wanted: string,
  progress: Progress
) {
  if ((yield* inspectId(engine, wanted)) !== undefined) return wanted
  const refused = yield* Effect.flip(pull(engine, wanted, progress)).pipe(
    Effect.matchEffect({ onFailure: () => Effect.succeed(undefined), onSuccess: (error) => Effect.succeed(error) })
  )
  if (refused === undefined) return wanted
  if (refused.reason === "disk_full" || refused.reason === "no_engine") return yield* refused
  yield* progress(`${wanted} cannot be pulled: ${refused.detail}`)
  if (isPinned(wanted)) {
    return yield* new SandboxError({
      reason: "no_image",
      target: wanted,
      detail: `the base image is pinned, not there and cannot be pulled (${refused.detail}): load exactly that one, or name another in container_base_image`
    })
  }
  const suite = thisCodename()
  if (suite === undefined) {
    return yield* new SandboxError({
      reason: "no_image",
      target: wanted,
      detail: `the base image is not there and cannot be pulled (${refused.detail}); load one and name it in container_base_image, or run this as root on Debian or Ubuntu, where one is made from packages`
    })
  }
  const own = `loop-base:${suite}`
  if ((yield* inspectId(engine, own)) === undefined) yield* bootstrap(engine, suite, own, progress)
  return own
})
