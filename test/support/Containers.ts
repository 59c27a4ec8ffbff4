/** The containers of one installation, seen from the engine's side. */
import { Effect, type Scope } from "effect"
import Docker from "dockerode"
import * as fs from "node:fs"
import * as path from "node:path"
import { LABEL } from "../../src/layers/sandbox/DockerSpec.ts"

export interface Containers {
  /** Running ones, of one channel or of all; the newest first. */
  readonly running: (channel?: string) => Effect.Effect<ReadonlyArray<Docker.ContainerInfo>>
  /** The command lines in a container. */
  readonly commands: (id: string) => Effect.Effect<ReadonlyArray<string>>
  readonly inspect: (id: string) => Effect.Effect<Docker.ContainerInspectInfo>
  /** What a shell command says in it, run as the agent. */
  readonly shell: (id: string, script: string) => Effect.Effect<string>
  readonly remove: (id: string) => Effect.Effect<void>
}

const read = (stream: NodeJS.ReadableStream) =>
  new Promise<string>((resolve) => {
    let text = ""
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()))
    stream.on("end", () => resolve(text))
  })

/** Of the installation in this LOOP_HOME; what is left of them is removed with the scope. */
export const make = (home: string): Effect.Effect<Containers, never, Scope.Scope> =>
  Effect.gen(function* () {
    const docker = new Docker()
    const file = path.join(home, "install-id")
    const list = (all: boolean, channel?: string) =>
      Effect.promise(async () => {
        if (!fs.existsSync(file)) return []
        const install = `${LABEL.install}=${fs.readFileSync(file, "utf8").trim()}`
        const label = channel === undefined ? [install] : [install, `${LABEL.channel}=${channel}`]
        return docker.listContainers({ all, filters: { label } })
      })
    const remove = (id: string) =>
      Effect.promise(() =>
        docker
          .getContainer(id)
          .remove({ force: true, v: true })
          .catch((cause: { readonly statusCode?: number }) => {
            // Gone, or going already.
            if (cause.statusCode !== 404 && cause.statusCode !== 409) throw cause
          })
      )
    const removeAll: Effect.Effect<void> = Effect.gen(function* () {
      const left = yield* list(true)
      if (left.length === 0) return
      yield* Effect.forEach(left, ({ Id }) => remove(Id), { concurrency: "unbounded", discard: true })
      // The engine may have been making one while the server was killed.
      yield* removeAll
    })
    yield* Effect.addFinalizer(() => removeAll)
    return {
      running: (channel) => list(false, channel),
      commands: (id) =>
        Effect.promise(async () => {
          const table = (await docker.getContainer(id).top({ ps_args: "-o pid,args" })) as {
            readonly Processes: ReadonlyArray<ReadonlyArray<string>> | null
          }
          return (table.Processes ?? []).map(([, ...args]) => args.join(" "))
        }),
      inspect: (id) => Effect.promise(() => docker.getContainer(id).inspect()),
      shell: (id, script) =>
        Effect.promise(async () => {
          const Cmd = ["/bin/bash", "-c", script]
          const exec = await docker.getContainer(id).exec({ Cmd, AttachStdout: true, AttachStderr: true, Tty: true })
          return read(await exec.start({ Tty: true }))
        }),
      remove
    }
  })
