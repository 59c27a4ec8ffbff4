/** `Egress`: the sockets of each process that lead out, bound in its directory beside the model's. */
import { Effect, FiberSet, Layer, type Scope } from "effect"
import * as fs from "node:fs/promises"
import type * as net from "node:net"
import * as path from "node:path"
import { PROXY_SOCKET, servicePorts, serviceSocket } from "../../domain/egress/Inside.ts"
import { AGENT_SOCKET } from "../../domain/secrets/SshAgent.ts"
import type { ProcessId } from "../../domain/Ids.ts"
import { Egress, type EgressWatch, type NotSigned } from "../../services/Egress.ts"
import { RelayError } from "../../services/ModelRelay.ts"
import { Secrets, type SecretUnreadable } from "../../services/Secrets.ts"
import { Settings } from "../../services/Settings.ts"
import type { Vault } from "./Bound.ts"
import type { Env } from "./HostProxy.ts"
import * as HostService from "./HostService.ts"
import { Internet, layer as internet } from "./Internet.ts"
import * as Line from "./Line.ts"
import * as SshAgent from "./SshAgent.ts"

/** Binds anew, over what an earlier supervisor left; closing it closes what goes through it. */
const listen = (socket: string, server: net.Server): Effect.Effect<void, RelayError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        const connections = new Set<net.Socket>()
        server.on("connection", (connection) => {
          connections.add(connection)
          connection.once("close", () => connections.delete(connection))
        })
        await fs.rm(socket, { force: true })
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject)
          server.listen(socket, resolve)
        })
        await fs.chmod(socket, 0o666)
        return connections
      },
      catch: (cause) => new RelayError({ socket, cause })
    }),
    (connections) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const connection of connections) connection.destroy()
      })
  )

export const make = Effect.fnUntraced(function* (env: Env) {
  const settings = yield* Settings
  const secrets = yield* Secrets
  const world = { internet: yield* Internet, env }

  const open = Effect.fn("Egress.open")(function* (processId: ProcessId, watch: EgressWatch) {
    const { policy, sshKeys } = yield* watch.terms
    if (policy.mode === "none") return
    const tell = yield* FiberSet.makeRuntime<never>()
    const ask = yield* FiberSet.makeRuntimePromise<never, unknown, NotSigned | SecretUnreadable>()
    const vault: Vault = {
      certificate: (host) => ask(secrets.certificate(host)),
      value: (name) => ask(secrets.value(name)),
      rejected: (name) => void tell(secrets.rejected(name))
    }
    const line: Line.Watch = {
      terms: () => ask(watch.terms),
      decided: (decision) => void tell(watch.decided(decision)),
      carried: (host, port, bytes) => void tell(watch.carried(host, port, bytes)),
      log: (where, { message, refusal }) =>
        void tell(
          Effect.logInfo("A way out of a box was refused").pipe(
            Effect.annotateLogs({ process: processId, where, refusal, detail: message })
          )
        )
    }
    const at = (name: string) => path.join(settings.paths.socketDir(processId), name)
    yield* listen(at(PROXY_SOCKET), Line.make(world, line, vault))
    if (sshKeys.length > 0) {
      const agent: SshAgent.AgentWatch = {
        keys: () => ask(Effect.map(watch.terms, ({ sshKeys }) => sshKeys)),
        signing: (fingerprint, purpose) => ask(watch.signing(fingerprint, purpose)),
        refused: (detail) =>
          void tell(
            Effect.logInfo("A box was refused something of the ssh-agent").pipe(
              Effect.annotateLogs({ process: processId, detail })
            )
          )
      }
      yield* listen(at(AGENT_SOCKET), SshAgent.make(env["SSH_AUTH_SOCK"], agent))
    }
    for (const port of servicePorts(policy)) yield* listen(at(serviceSocket(port)), HostService.make(port, line))
  })

  return Egress.of({ open })
})

/** Through this machine's own resolver, routes and proxies. */
export const layer: Layer.Layer<Egress, never, Secrets | Settings> = Layer.effect(Egress, make(process.env)).pipe(
  Layer.provide(internet)
)
