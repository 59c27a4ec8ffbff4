/** Whether a socket of this machine can be mounted into a container of an engine: tried with one. */
import { Effect } from "effect"
import * as fs from "node:fs/promises"
import * as net from "node:net"
import * as path from "node:path"
import { SandboxError, type Transport } from "../../services/Sandbox.ts"
import { removeContainer } from "./DockerBox.ts"
import type { Engine } from "./Engine.ts"
import { SOCKETS } from "./Forwards.ts"

/** 0: connected. 3: the directory is this machine's, its socket is dead. 4: it is some other directory. */
const SCRIPT = `socat -u OPEN:/dev/null UNIX-CONNECT:${SOCKETS}/probe.sock && exit 0
[[ -e ${SOCKETS}/here ]] && exit 3
exit 4`

/** A directory with a file and a socket that somebody listens at. */
const listening = (directory: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        await fs.rm(directory, { recursive: true, force: true })
        await fs.mkdir(directory, { recursive: true, mode: 0o755 })
        await fs.writeFile(path.join(directory, "here"), "")
        const heard = { connections: 0 }
        const server = net.createServer((socket) => {
          heard.connections++
          socket.on("error", () => undefined)
          socket.end()
        })
        const socket = path.join(directory, "probe.sock")
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject)
          server.listen(socket, resolve)
        })
        await fs.chmod(socket, 0o666)
        return { heard, server }
      },
      catch: (cause) => new SandboxError({ reason: "other", target: directory, detail: String(cause) })
    }),
    ({ server }) =>
      Effect.promise(async () => {
        server.close()
        await fs.rm(directory, { recursive: true, force: true })
      })
  )

const blind = (address: string) =>
  new SandboxError({
    reason: "bad_mount",
    target: address,
    detail:
      "the container engine does not see this machine's files, which a box works on: run Loop on the engine's machine, or share LOOP_HOME and the projects' directories with the engine"
  })

/** `socket` where it works, `exec` where only files can be mounted; fails with `bad_mount` where nothing can. */
export const probe = Effect.fn("SocketProbe.probe")(function* (
  engine: Engine["Service"],
  run: string,
  image: string
): Effect.fn.Return<Transport, SandboxError> {
  const directory = path.join(run, "probe")
  const address = yield* engine.address
  const { remapsUsers, selinux } = yield* engine.info
  return yield* Effect.gen(function* () {
    const { heard } = yield* listening(directory)
    const { id } = yield* Effect.acquireRelease(
      engine.call(image, (docker) =>
        docker.createContainer({
          Image: image,
          Entrypoint: ["/bin/bash", "-c", SCRIPT],
          Cmd: [],
          HostConfig: {
            CapDrop: ["ALL"],
            SecurityOpt: ["no-new-privileges", ...(selinux ? ["label=disable"] : [])],
            ReadonlyRootfs: true,
            ...(remapsUsers ? { UsernsMode: "host" } : {}),
            NetworkMode: "none",
            Mounts: [{ Type: "bind", Source: directory, Target: SOCKETS, ReadOnly: true }]
          }
        })
      ),
      (container) => Effect.ignore(removeContainer(engine, container.id), { log: "Warn" })
    ).pipe(Effect.mapError((error) => (error.reason === "bad_mount" ? blind(address) : error)))
    const code = yield* engine.call(image, async (docker) => {
      const container = docker.getContainer(id)
      await container.start()
      const { StatusCode } = (await container.wait()) as { readonly StatusCode: number }
      return StatusCode
    })
    if (code === 0 && heard.connections > 0) return "socket" as const
    if (code === 4) return yield* blind(address)
    return "exec" as const
  }).pipe(Effect.scoped)
})
