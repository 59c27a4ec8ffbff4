/** The container engine: where it is, what it can do, and what its refusals mean. */
import Docker from "dockerode"
import { Context, Effect, Layer } from "effect"
import { existsSync } from "node:fs"
import { SandboxError } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import { classify } from "./EngineErrors.ts"

export interface EngineInfo {
  /** Its root is an ordinary user of the host. */
  readonly rootless: boolean
  /** Users of its containers are others on the host. */
  readonly remapsUsers: boolean
  /** It separates containers by SELinux labels, which ordinary project directories do not have. */
  readonly selinux: boolean
}

export class Engine extends Context.Service<
  Engine,
  {
    /** Its address, for sentences. */
    readonly address: Effect.Effect<string>
    /** One call; `target` names what it is about in the error. Follows `docker_host` as it is now. */
    readonly call: <A>(target: string, run: (docker: Docker) => Promise<A>) => Effect.Effect<A, SandboxError>
    readonly info: Effect.Effect<EngineInfo, SandboxError>
  }
>()("loop/layers/sandbox/Engine") {}

/** As configured (`DOCKER_HOST` counts there), else where an engine of the system or of this user listens. */
export const addressOf = (
  configured: string,
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean
): string => {
  if (configured !== "") return configured
  const own = `${env["XDG_RUNTIME_DIR"] ?? ""}/docker.sock`
  return `unix://${!exists("/var/run/docker.sock") && exists(own) ? own : "/var/run/docker.sock"}`
}

/** The path of a socket on this machine; undefined for an engine elsewhere. */
export const socketPath = (address: string): string | undefined =>
  address.startsWith("unix://") ? address.slice("unix://".length) : address.startsWith("/") ? address : undefined

const remote = (address: string): SandboxError =>
  new SandboxError({
    reason: "other",
    target: address,
    detail:
      "boxes reach the model through a Unix socket of this machine, so the engine has to run here: set docker_host to unix:///…"
  })

export const layer: Layer.Layer<Engine, never, Settings> = Layer.effect(
  Engine,
  Effect.gen(function* () {
    const settings = yield* Settings
    const clients = new Map<string, Docker>()
    const infos = new Map<string, EngineInfo>()

    const address = settings.current.pipe(
      Effect.map((config) => addressOf(config.docker_host, process.env, existsSync))
    )

    const client = (at: string): Docker | undefined => {
      const path = socketPath(at)
      if (path === undefined) return undefined
      const made = clients.get(at) ?? new Docker({ socketPath: path })
      clients.set(at, made)
      return made
    }

    const call = Effect.fnUntraced(function* <A>(target: string, run: (docker: Docker) => Promise<A>) {
      const at = yield* address
      const docker = client(at)
      if (docker === undefined) return yield* remote(at)
      return yield* Effect.tryPromise({ try: () => run(docker), catch: (cause) => classify(cause, target, at) })
    })

    const info = Effect.gen(function* () {
      const at = yield* address
      const known = infos.get(at)
      if (known !== undefined) return known
      const answer: { readonly SecurityOptions?: ReadonlyArray<string> } = yield* call(at, (docker) => docker.info())
      const has = (name: string) => (answer.SecurityOptions ?? []).some((option) => option.includes(`name=${name}`))
      const found = { rootless: has("rootless"), remapsUsers: has("userns"), selinux: has("selinux") }
      infos.set(at, found)
      return found
    })

    return Engine.of({ address, call, info })
  })
)
