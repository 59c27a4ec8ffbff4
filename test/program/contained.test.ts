/** The server in a container, as contrib/ has it: what the compose file says, and a turn under it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import Docker from "dockerode"
import { Effect, Layer, Schema } from "effect"
import tar from "tar-stream"
import { parse } from "yaml"
import { configReference } from "../../src/domain/Config.ts"
import * as Boxes from "../support/Boxes.ts"
import * as Bundle from "../support/Bundle.ts"
import * as Containers from "../support/Containers.ts"
import { imageReady } from "../support/Program.ts"

const Compose = Schema.Struct({
  services: Schema.Struct({
    loop: Schema.Struct({
      build: Schema.Struct({ context: Schema.String, dockerfile: Schema.String }),
      command: Schema.Array(Schema.String),
      init: Schema.Boolean,
      user: Schema.String,
      group_add: Schema.Array(Schema.String),
      network_mode: Schema.String,
      environment: Schema.Record(Schema.String, Schema.String),
      volumes: Schema.Array(Schema.String),
      healthcheck: Schema.Struct({ test: Schema.Array(Schema.String) })
    })
  })
})

/** As Compose fills variables in. */
const filled = (text: string, env: Readonly<Record<string, string>>): string => {
  const next = text.replaceAll(/\$\{(\w+)(:[-?])?([^${}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = env[name] ?? (kind === ":-" ? rest : "")
    if (value === "" && kind === ":?") throw new Error(`${name} is not set`)
    return value
  })
  return next === text ? text : filled(next, env)
}

const compose = (env: Readonly<Record<string, string>>) => {
  const text = readFileSync("contrib/compose.yaml", "utf8")
  const document: unknown = parse(text, (_, value: unknown) => (typeof value === "string" ? filled(value, env) : value))
  return Schema.decodeUnknownSync(Compose)(document).services.loop
}

/** As the reference table shows it: in quotes, in backquotes. */
const usualAddress = configReference()
  .find(({ key }) => key === "api_addr")
  ?.fallback.replaceAll(/["`]/g, "")

const engineSocket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "")

const world = Effect.acquireRelease(
  Effect.sync(() => {
    const home = mkdtempSync("/tmp/lp-")
    for (const name of [".loop", "projects/site"]) mkdirSync(path.join(home, name), { recursive: true, mode: 0o700 })
    const env = {
      HOME: home,
      LOOP_UID: String(process.getuid?.() ?? 0),
      LOOP_GID: String(process.getgid?.() ?? 0),
      DOCKER_GID: String(statSync(engineSocket).gid),
      LOOP_PROJECTS: path.join(home, "projects"),
      DOCKER_SOCKET: engineSocket
    }
    return { home, env }
  }),
  ({ home }) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
)

/** What the package has, with the bundle of today. */
const context = (main: string, dockerfile: string) => {
  const pack = tar.pack()
  const add = (from: string, to: string) => {
    if (!statSync(from).isDirectory()) {
      pack.entry({ name: to, mode: statSync(from).mode & 0o777 }, readFileSync(from))
    } else for (const name of readdirSync(from)) add(path.join(from, name), path.posix.join(to, name))
  }
  for (const name of ["package.json", "README.md", "LICENSE", "bin", "container", "templates", dockerfile])
    add(name, name)
  add(path.dirname(main), "dist")
  pack.finalize()
  return pack
}

const image = `loop-server:test-${process.pid}`

/** Built on an image that is here and has Node and git, as the compose file's own base would be fetched from outside. */
const build = (docker: Docker, dockerfile: string) =>
  Effect.gen(function* () {
    const main = yield* Bundle.ready
    yield* Effect.acquireRelease(
      Effect.promise(async () => {
        const stream = await docker.buildImage(context(main, dockerfile), {
          t: image,
          dockerfile,
          forcerm: true,
          buildargs: { BASE: Boxes.IMAGE }
        })
        await new Promise<void>((done, fail) =>
          docker.modem.followProgress(stream, (error, lines: ReadonlyArray<{ readonly error?: string }>) => {
            const wrong = error ?? lines.find((line) => line.error !== undefined)?.error
            if (wrong === undefined || wrong === null) done()
            else fail(wrong instanceof Error ? wrong : new Error(String(wrong)))
          })
        )
      }),
      () => Effect.promise(() => docker.getImage(image).remove({ force: true }))
    )
  })

const started = (docker: Docker, service: ReturnType<typeof compose>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const container = await docker.createContainer({
        Image: image,
        Cmd: [...service.command, "--demo"],
        User: service.user,
        Env: Object.entries(service.environment).map(([name, value]) => `${name}=${value}`),
        HostConfig: {
          Init: service.init,
          GroupAdd: [...service.group_add],
          NetworkMode: service.network_mode,
          Binds: [...service.volumes]
        }
      })
      await container.start()
      return container
    }),
    (container) => Effect.promise(() => container.remove({ force: true }))
  )

const printed = (container: Docker.Container) =>
  Effect.promise(async () => String(await container.logs({ stdout: true, stderr: true })))

/** Looks again until it is there. */
const until = <A>(look: Effect.Effect<A | undefined>): Effect.Effect<A> =>
  Effect.flatMap(look, (seen) => (seen === undefined ? Effect.delay(until(look), "100 millis") : Effect.succeed(seen)))

describe("The server in a container", () => {
  layer(Layer.provideMerge(Layer.empty, imageReady), { timeout: "3 minutes", excludeTestServices: true })((it) => {
    it.effect("has what it works on at the same paths, and does a turn in a box beside it", () =>
      Effect.gen(function* () {
        const { env, home } = yield* world
        const service = compose(env)
        for (const volume of service.volumes.filter((each) => !each.endsWith("docker.sock"))) {
          const [from, to] = volume.split(":")
          assert.strictEqual(from, to)
        }
        assert.include(service.healthcheck.test.join(" "), `http://${usualAddress}/health`)
        assert.strictEqual(path.normalize(path.join("contrib", service.build.context)), ".")

        writeFileSync(path.join(home, ".loop", "config.json"), `{ "api_addr": "127.0.0.1:0" }`, { mode: 0o600 })
        const docker = new Docker()
        yield* build(docker, service.build.dockerfile)
        const boxes = yield* Containers.make(path.join(home, ".loop"))
        const container = yield* started(docker, service)
        const url = yield* until(Effect.map(printed(container), (text) => /listening on (http:\S+)/.exec(text)?.[1]))
        const call = (method: string, to: string, body?: object) =>
          Effect.promise(async () => {
            const token = readFileSync(path.join(home, ".loop", "token"), "utf8").trim()
            const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
            const answer = await fetch(url + to, { method, headers, ...(body && { body: JSON.stringify(body) }) })
            return (await answer.json()) as unknown
          })
        const project = path.join(home, "projects", "site")
        const { channel_id } = (yield* call("POST", "/api/channels", { dir_path: project })) as { channel_id: string }
        const messages = `/api/channels/${encodeURIComponent(channel_id)}/messages`
        yield* call("POST", messages, { content: "tool: bash echo hello > made-in-the-box" })
        const seen = yield* until(
          Effect.map(call("GET", messages), (all) =>
            (all as ReadonlyArray<{ readonly is_bot: boolean; readonly state: string }>).some(
              ({ is_bot, state }) => !is_bot && state !== "queued" && state !== "running"
            )
              ? JSON.stringify(all)
              : undefined
          )
        )
        const made = path.join(project, "made-in-the-box")
        assert.isTrue(existsSync(made), `${seen}\n${yield* printed(container)}`)
        assert.strictEqual(readFileSync(made, "utf8"), "hello\n")
        assert.lengthOf(yield* boxes.running(channel_id), 1)
      }).pipe(Effect.scoped)
    )
  })
})
