/** The container engine: where it is, what it can do, and what its refusals mean. */
import Docker from "dockerode"
import { Context, Effect, Layer } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { SandboxError } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import { classify } from "./EngineErrors.ts"

export interface EngineInfo {
  /** Its own name for itself; empty where it has none. */
  readonly id: string
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

const unknown = (address: string): SandboxError =>
  new SandboxError({
    reason: "other",
    target: address,
    detail:
      "engines are spoken to by unix:/// or tcp:// only: for one behind ssh, forward its socket (ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock host) and set docker_host to unix:///tmp/engine.sock"
  })

const secret = (directory: string, name: string): Buffer | undefined => {
  const file = `${directory}/${name}`
  return existsSync(file) ? readFileSync(file) : undefined
}

/**
 * For the client; undefined where it cannot be spoken to. By TLS as the engine's own command line does it: where
 * DOCKER_TLS_VERIFY or DOCKER_CERT_PATH is set. https://docs.docker.com/engine/security/protect-access/
 */
export const clientOptions = (
  address: string,
  env: Readonly<Record<string, string | undefined>>
): Docker.DockerOptions | undefined => {
  const path = socketPath(address)
  if (path !== undefined) return { socketPath: path }
  const [, scheme, host, port] = /^(tcp|http|https):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(address) ?? []
  if (host === undefined) return undefined
  const certificates = env["DOCKER_CERT_PATH"] || (env["DOCKER_TLS_VERIFY"] ? `${env["HOME"] ?? ""}/.docker` : "")
  const tls = scheme === "https" || (scheme === "tcp" && certificates !== "")
  const at = { host: host.replace(/^\[|\]$/g, ""), port: port ?? (tls ? 2376 : 2375) }
  if (!tls) return { ...at, protocol: "http" }
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => secret(certificates, name))
  return {
    ...at,
    protocol: "https",
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key })
  }
}

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
      const options = clientOptions(at, process.env)
      if (options === undefined) return undefined
      const made = clients.get(at) ?? new Docker(options)
      clients.set(at, made)
      return made
    }

    const call = Effect.fnUntraced(function* <A>(target: string, run: (docker: Docker) => Promise<A>) {
      const at = yield* address
      const docker = client(at)
      if (docker === undefined) return yield* unknown(at)
      return yield* Effect.tryPromise({ try: () => run(docker), catch: (cause) => classify(cause, target, at) })
    })

    const info = Effect.gen(function* () {
      const at = yield* address
      const known = infos.get(at)
      if (known !== undefined) return known
      const answer: { readonly ID?: string; readonly SecurityOptions?: ReadonlyArray<string> } = yield* call(
        at,
        (docker) => docker.info()
      )
      const has = (name: string) => (answer.SecurityOptions ?? []).some((option) => option.includes(`name=${name}`))
      const found = {
        id: answer.ID ?? "",
        rootless: has("rootless"),
        remapsUsers: has("userns"),
        selinux: has("selinux")
      }
      infos.set(at, found)
      return found
    })

    return Engine.of({ address, call, info })
  })
)
