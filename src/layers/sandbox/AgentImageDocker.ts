/** The agents' image in a container engine. */
import { Cause, Clock, Effect, Exit, Layer, Ref, Semaphore } from "effect"
import * as ImageBuild from "../../domain/ImageBuild.ts"
import { AgentImage, type ImageVariant } from "../../services/AgentImage.ts"
import { SandboxError } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import * as AgentProgram from "./AgentProgram.ts"
import { ensureBase, exactly } from "./BaseImage.ts"
import * as ContainerFiles from "./ContainerFiles.ts"
import { Engine } from "./Engine.ts"
import { follow } from "./EngineProgress.ts"
import * as SandboxChoice from "./SandboxChoice.ts"
import { contextTar, type ImageInputs, inputsHash } from "./ImageContext.ts"

/** Labels of an image that Loop built. An image that somebody made from ours has them too, but another name. */
const NAME = "loop.image"
const INPUTS = "loop.inputs"
const VARIANT = "loop.variant"
/** The digest of what it was built on, for whoever looks into where a box comes from. */
const BASE = "loop.base"

/** The CLI that is fetched where the npm package is not installed. Pinned as in package.json. */
export const CLAUDE_VERSION = "2.1.329"

interface Found {
  readonly id: string
  /** Undefined for an image that somebody else built. */
  readonly inputs: string | undefined
  readonly variant: ImageVariant
}

/** The Node that programs.sh names: a copy of the same saves its download. */
const nodeVersion = (files: ReadonlyArray<ContainerFiles.ContainerFile>): string =>
  /^node_version=(\S+)$/m.exec(
    files.find((file) => file.name === "programs.sh")?.content.toString("utf8") ?? ""
  )?.[1] ?? ""

/** The last line of a build that failed. */
const failureOf = (exit: Exit.Failure<unknown, SandboxError>): string => {
  const error = Cause.findErrorOption(exit.cause)
  return error._tag === "Some" ? (error.value.detail.split("\n").at(-1) ?? "") : "The build was interrupted."
}

/** The proxies of the host and its registry: known to the build, not to the image. */
const buildArguments = (env: Readonly<Record<string, string | undefined>>): Record<string, string> => {
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"]
  const registry = env["npm_config_registry"] ?? env["NPM_CONFIG_REGISTRY"]
  const proxies = Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  return registry === undefined ? proxies : { ...proxies, NPM_REGISTRY: registry }
}

export const layer: Layer.Layer<AgentImage, never, Engine | Settings> = Layer.effect(
  AgentImage,
  Effect.gen(function* () {
    const engine = yield* Engine
    const settings = yield* Settings
    const oneAtATime = yield* Semaphore.make(1)

    const find = (image: string) =>
      engine
        .call(image, (docker) => docker.getImage(image).inspect())
        .pipe(
          Effect.map((info): Found | undefined => {
            const labels: Readonly<Record<string, string>> = info.Config?.Labels ?? {}
            const inputs = (labels[NAME] ?? image) === image ? labels[INPUTS] : undefined
            return { id: info.Id, inputs, variant: labels[VARIANT] === "full" ? "full" : "standard" }
          }),
          Effect.catchIf(
            (error) => error.reason === "no_image" || error.reason === "vanished",
            () => Effect.succeed(undefined)
          )
        )

    const inputs = Effect.fnUntraced(function* (variant: ImageVariant) {
      const files = yield* ContainerFiles.sync(settings.paths.container)
      const { container_base_image: base } = yield* settings.current
      const claude = AgentProgram.claude()
      const node = AgentProgram.node(nodeVersion(files))
      const programs = { ...(claude === undefined ? {} : { claude }), ...(node === undefined ? {} : { node }) }
      return { files, programs, claudeVersion: claude?.version ?? CLAUDE_VERSION, base, variant } satisfies ImageInputs
    })

    const latest = yield* Ref.make<ImageBuild.ImageBuild | undefined>(undefined)

    /** Keeps what is told of a build for whoever looks at it. */
    const watched = <A>(
      image: string,
      progress: (line: string) => Effect.Effect<void>,
      build: (progress: (line: string) => Effect.Effect<void>) => Effect.Effect<A, SandboxError>
    ) => {
      const change = (step: (build: ImageBuild.ImageBuild, now: number) => ImageBuild.ImageBuild) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          Ref.update(latest, (known) => step(known ?? ImageBuild.begun(image, now), now))
        )
      return change((_, now) => ImageBuild.begun(image, now)).pipe(
        Effect.andThen(
          build((line) =>
            Effect.andThen(
              change((known) => ImageBuild.told(known, line)),
              progress(line)
            )
          )
        ),
        Effect.onExit((exit) =>
          change((known, now) => {
            const all = Exit.isSuccess(exit) ? known : ImageBuild.told(known, failureOf(exit))
            return ImageBuild.ended(all, Exit.isSuccess(exit) ? "built" : "failed", now)
          })
        )
      )
    }

    const make = Effect.fn("AgentImage.make")(function* (
      image: string,
      given: ImageInputs,
      progress: (line: string) => Effect.Effect<void>
    ) {
      const before = yield* find(image)
      const base = yield* ensureBase(engine, given.base, progress)
      const digest = yield* exactly(engine, base)
      yield* progress(`Building ${image} on ${base}${digest === base ? "" : ` (${digest})`}`)
      const answer = yield* engine.call(image, (docker) =>
        docker.buildImage(contextTar(given), {
          t: image,
          // The host's network, so that a proxy on its loopback and an engine without networks of its own will do.
          networkmode: "host",
          forcerm: true,
          labels: { [NAME]: image, [INPUTS]: inputsHash(given), [VARIANT]: given.variant, [BASE]: digest },
          buildargs: {
            ...buildArguments(process.env),
            BASE: base,
            VARIANT: given.variant,
            CLAUDE_VERSION: given.claudeVersion
          }
        })
      )
      yield* follow(image, answer, progress)
      const built = yield* find(image)
      if (built === undefined) {
        return yield* new SandboxError({ reason: "no_image", target: image, detail: "the build left no image" })
      }
      if (before?.inputs !== undefined && before.id !== built.id) {
        // Refused while a box of it lives; the next build asks again.
        yield* engine.call(before.id, (docker) => docker.getImage(before.id).remove()).pipe(Effect.ignore)
      }
      return built.id
    })

    const logLine = (image: string) => (line: string) =>
      Effect.logInfo("Building the agent image").pipe(Effect.annotateLogs({ image, step: line }))

    const ensure = Effect.fn("AgentImage.ensure")(function* (image: string) {
      const found = yield* find(image)
      if (found !== undefined && found.inputs === undefined) return found.id
      const given = yield* inputs(found?.variant ?? "standard")
      if (found !== undefined && found.inputs === inputsHash(given)) return found.id
      return yield* watched(image, logLine(image), (progress) => make(image, given, progress))
    }, oneAtATime.withPermits(1))

    const build = Effect.fn("AgentImage.build")(function* (
      progress: (line: string) => Effect.Effect<void>,
      variant?: ImageVariant
    ) {
      if ((yield* SandboxChoice.known(settings)) === "bubblewrap") {
        yield* progress("Agents run in bubblewrap here, which needs no image")
        return "none"
      }
      const { container_image: image } = yield* settings.current
      const found = yield* find(image)
      if (found !== undefined && found.inputs === undefined) {
        return yield* new SandboxError({
          reason: "no_image",
          target: image,
          detail: "an image of that name is there and Loop did not build it: choose another container_image"
        })
      }
      const given = yield* inputs(variant ?? found?.variant ?? "standard")
      if (found === undefined || found.inputs !== inputsHash(given)) {
        return yield* watched(image, progress, (both) => make(image, given, both))
      }
      yield* progress(`${image} is up to date`)
      return found.id
    }, oneAtATime.withPermits(1))

    return AgentImage.of({ ensure, build, latest: Ref.get(latest) })
  })
)
