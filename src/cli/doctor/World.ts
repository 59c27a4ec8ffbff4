/** The doctor looks at the world: the wall around agents, the key, the address. */
import { Effect, type Layer } from "effect"
import { ModelRelay } from "../../services/ModelRelay.ts"
import { Sandbox, type SandboxError, type Transport } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import { fail, type Finding, ok, warn } from "../../domain/Finding.ts"

const mends: Readonly<Record<SandboxError["reason"], string>> = {
  no_engine:
    "Start Docker, or install it (on Debian and Ubuntu: sudo apt-get install docker.io), or install bubblewrap.",
  no_rights: 'Run: sudo usermod -aG docker "$(id -un)", and log in again.',
  no_image: "Run: loop image build",
  bad_mount: "Correct that entry of mounts in config.json.",
  disk_full: "Make room on the disk, for example with: docker system prune",
  vanished: "Try again.",
  other: "Mend what the message names, and try again."
}

/** How they reach the server. */
const ways: Readonly<Record<Transport | "unknown", string>> = {
  socket: "reach Loop by mounted sockets",
  exec: "reach Loop by the engine's exec stream (container_relay)",
  unknown: "reach Loop by mounted sockets or the engine's exec stream: the first one finds out"
}

export const sandbox = (wall: Layer.Layer<Sandbox, SandboxError, Settings>) =>
  Sandbox.use(({ caveats, check, kind, transport }) =>
    Effect.andThen(check, Effect.all([caveats, transport])).pipe(Effect.map(([said, way]) => ({ kind, said, way })))
  ).pipe(
    Effect.provide(wall),
    Effect.map(({ kind, said, way }): Finding => {
      const where =
        kind === "docker" ? `Agents run in containers, which ${ways[way ?? "unknown"]}` : "Agents run in bubblewrap"
      return said.length === 0
        ? ok("sandbox", where)
        : warn("sandbox", `${where}. ${said.join(" ")}`, "Leave it so on a machine of your own, or install Docker.")
    }),
    Effect.catch((error) => Effect.succeed(fail("sandbox", error.message, mends[error.reason])))
  )

export const key = (relay: Layer.Layer<ModelRelay, never, Settings>) =>
  Effect.gen(function* () {
    const { current } = yield* Settings
    const { anthropic_api_key, anthropic_base_url, claude_code_oauth_token } = yield* current
    if (anthropic_api_key === "" && claude_code_oauth_token === "") {
      return fail("key", "There is no key for the model", "Run: loop key set")
    }
    const { notice, refusal } = yield* ModelRelay.use((each) =>
      Effect.all({ notice: each.notice, refusal: each.check })
    ).pipe(Effect.provide(relay))
    if (refusal === undefined) {
      const taken = `${anthropic_base_url} accepts the key`
      return notice === undefined ? ok("key", taken) : warn("key", `${taken}. ${notice.detail}`, notice.mend)
    }
    const { detail, status } = refusal
    if (status === 0) {
      return fail(
        "key",
        `${anthropic_base_url} cannot be reached (${detail})`,
        "Look at the network, the proxy variables and anthropic_base_url."
      )
    }
    return status === 401 || status === 403
      ? fail("key", `The key was refused (${status}: ${detail})`, "Run: loop key set")
      : warn("key", `The key could not be tried (${status}: ${detail})`, "Try again later.")
  })

/** `health` is what answers at the configured address. */
export const server = (health: Effect.Effect<{ readonly version: string } | undefined>, url: string) =>
  Effect.gen(function* () {
    const answer = yield* health
    if (answer !== undefined) return ok("server", `Loop ${answer.version} answers at ${url}`)
    const taken = yield* Effect.tryPromise((signal) => fetch(url, { signal, redirect: "manual" })).pipe(
      Effect.as(true),
      Effect.timeout("3 seconds"),
      Effect.catch((error) => Effect.succeed(error._tag === "TimeoutError"))
    )
    return taken
      ? fail("server", `Something that is no Loop answers at ${url}`, "Stop it, or set another api_addr.")
      : ok("server", `No server runs; ${url} is free`)
  })
