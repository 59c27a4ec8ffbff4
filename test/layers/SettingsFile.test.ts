import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Stream } from "effect"
import type { Channel } from "../../src/domain/Channel.ts"
import { ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import { Settings } from "../../src/services/Settings.ts"
import { layer, layerOnce, layerTest } from "../../src/layers/SettingsFile.ts"
import { channel } from "../support/Rows.ts"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

/** A LOOP_HOME of its own, with this `config.json` where it is given. */
const prepared = Effect.fnUntraced(function* (text?: string) {
  const dir = yield* directory
  const home = join(dir, "home")
  if (text !== undefined) {
    mkdirSync(home)
    writeFileSync(join(home, "config.json"), text)
  }
  return { dir, env: { HOME: dir, LOOP_HOME: home }, file: join(home, "config.json") }
})

const running = Effect.fnUntraced(function* (text?: string) {
  const place = yield* prepared(text)
  const context = yield* Layer.build(layer({ env: place.env, lookEvery: 5 }))
  const settings = Context.get(context, Settings)
  const next = Effect.forkChild(Stream.runHead(settings.changes), { startImmediately: true })
  /** Writes the file anew and waits for what becomes of it. */
  const edit = Effect.fnUntraced(function* (write: () => void) {
    const waiting = yield* next
    write()
    const change = yield* Fiber.join(waiting)
    return yield* Effect.fromOption(change)
  })
  return { ...place, settings, edit }
})

describe("LOOP_HOME", () => {
  it.live("is made at the first start, for its owner alone, with an example that is valid", () =>
    Effect.gen(function* () {
      const { env, file, settings } = yield* running()
      assert.match(readFileSync(file, "utf8"), /anthropic_api_key/)
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      for (const path of [env.LOOP_HOME, settings.paths.run, settings.paths.logs, settings.paths.container]) {
        assert.strictEqual(statSync(path).mode & 0o777, 0o700, path)
      }
      assert.deepStrictEqual((yield* settings.current).platforms, ["local"])
      const again = yield* Layer.build(Layer.fresh(layerOnce({ env })))
      assert.deepStrictEqual(yield* Context.get(again, Settings).current, yield* settings.current)
    })
  )

  it.live("keeps the config.json that is there", () =>
    Effect.gen(function* () {
      const { file } = yield* running("{ busy: steer\n}")
      assert.strictEqual(readFileSync(file, "utf8"), "{ busy: steer\n}")
    })
  )

  it.live("is not made by a command that only reads", () =>
    Effect.gen(function* () {
      const { env } = yield* prepared()
      const { paths } = Context.get(yield* Layer.build(layerOnce({ env })), Settings)
      assert.throws(() => statSync(paths.home), /ENOENT/)
    })
  )

  it.live("must be short enough for sockets", () =>
    Effect.gen(function* () {
      const { dir } = yield* prepared()
      const problem = yield* Effect.flip(
        Layer.build(layerOnce({ env: { HOME: dir, LOOP_HOME: join(dir, "long".repeat(25)) } }))
      )
      assert.match(problem.message, /too long for sockets/)
    })
  )

  it.effect("names each channel's places by its id, encoded", () =>
    Effect.gen(function* () {
      const { paths } = yield* Settings
      assert.strictEqual(
        paths.work(ChannelId.make("slack:C1:17/2")),
        "/home/test/.loop/channels/slack%3AC1%3A17%2F2/work"
      )
      assert.strictEqual(paths.boxHome(ChannelId.make("local:a")), "/home/test/.loop/channels/local%3Aa/home")
      assert.strictEqual(paths.socketDir(ProcessId.make("0123abcd")), "/home/test/.loop/run/0123abcd")
      assert.strictEqual(paths.database, "/home/test/.loop/loop.sqlite")
    }).pipe(Effect.provide(layerTest()))
  )
})

describe("a configuration that cannot be used at the start", () => {
  it.live("is refused with every problem, its file and its lines", () =>
    Effect.gen(function* () {
      const { env, file } = yield* prepared(`{\n  bussy: "queue"\n  poll_interval_sec: 0\n}`)
      const refused = yield* Effect.flip(Layer.build(layer({ env })))
      assert.strictEqual(refused._tag, "ConfigInvalid")
      assert.deepStrictEqual(refused.message.split("\n"), [
        `${file}:2: bussy: There is no such key; did you mean busy?`,
        `${file}:3: poll_interval_sec: Expected seconds above 0, got 0`
      ])
    })
  )
})

describe("an edit", () => {
  it.live("applies when it is valid", () =>
    Effect.gen(function* () {
      const { edit, file, settings } = yield* running("{ max_concurrent_runs: 2 }")
      const change = yield* edit(() => writeFileSync(file, "{ max_concurrent_runs: 3 }"))
      assert.strictEqual(change._tag === "Applied" && change.config.max_concurrent_runs, 3)
      assert.strictEqual((yield* settings.current).max_concurrent_runs, 3)
    })
  )

  it.live("applies when an editor puts another file in its place", () =>
    Effect.gen(function* () {
      const { dir, edit, file, settings } = yield* running("{ busy: steer\n}")
      for (const busy of ["collect", "interrupt"]) {
        writeFileSync(join(dir, "new"), `{ "busy": "${busy}" }`)
        yield* edit(() => renameSync(join(dir, "new"), file))
        assert.strictEqual((yield* settings.current).busy, busy)
      }
    })
  )

  it.live("is reported when it is not valid, and the last good one stays, until the file is mended", () =>
    Effect.gen(function* () {
      const { edit, file, settings } = yield* running("{ busy: steer\n}")
      const broken = yield* edit(() => writeFileSync(file, `{\n  busy: "maybe"\n}`))
      assert.deepStrictEqual(broken._tag === "Refused" && broken.problems, [
        { key: "busy", line: 2, message: 'Expected `queue`, `steer`, `collect`, `interrupt`, got "maybe"' }
      ])
      assert.strictEqual((yield* settings.current).busy, "steer")
      assert.deepStrictEqual(
        (yield* settings.problems).map(({ key }) => key),
        ["busy"]
      )
      const mended = yield* edit(() => writeFileSync(file, `{ "busy": "collect" }`))
      assert.strictEqual(mended._tag, "Applied")
      assert.strictEqual((yield* settings.current).busy, "collect")
      assert.deepStrictEqual(yield* settings.problems, [])
    })
  )

  it.live("that deletes the file changes nothing either", () =>
    Effect.gen(function* () {
      const { edit, file, settings } = yield* running(`{ busy: "steer" }`)
      const gone = yield* edit(() => rmSync(file))
      assert.match(gone._tag === "Refused" ? gone.problems[0]!.message : "", /gone/)
      assert.strictEqual((yield* settings.current).busy, "steer")
    })
  )
})

describe("what applies to a channel", () => {
  const forChannel = (one: Channel, root: Channel) => Settings.use((settings) => settings.forChannel(one, root))

  it.effect("is the global configuration with the channel's own settings over it", () =>
    Effect.gen(function* () {
      const settings = { busy: "steer", claude_model: "opus", network: { mode: "open", allow: [], host_services: [] } }
      const own = channel("local:a", { settings: settings as Channel["settings"] })
      const effective = yield* forChannel(own, own)
      assert.strictEqual(effective.busy, "steer")
      assert.strictEqual(effective.model, "opus")
      assert.strictEqual(effective.network.mode, "open")
      assert.strictEqual(effective.image, "mine:1")
      assert.deepStrictEqual(effective.limits, { memoryMb: 0, cpus: 2, pids: 512 })
      assert.strictEqual(effective.credential, "oauth")
    }).pipe(
      Effect.provide(layerTest({ container_image: "mine:1", container_memory_mb: 0, claude_code_oauth_token: "t" }))
    )
  )

  it.effect("works in its own directory, else its root's, else one in LOOP_HOME", () =>
    Effect.gen(function* () {
      const root = channel("local:root")
      const rooted = channel("local:root", { dir_path: "/srv/root" })
      const thread = channel("local:thread", { parent_id: root.channel_id })
      assert.strictEqual((yield* forChannel(thread, root)).workDir, "/home/test/.loop/channels/local%3Aroot/work")
      assert.strictEqual((yield* forChannel(thread, rooted)).workDir, "/srv/root")
      assert.strictEqual((yield* forChannel({ ...thread, dir_path: "/srv/own" }, rooted)).workDir, "/srv/own")
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("has the box's home for ~ in what names a place in the box", () =>
    Effect.gen(function* () {
      const root = channel("local:root")
      const effective = yield* forChannel(channel("local:thread"), root)
      const home = "/home/test/.loop/channels/local%3Aroot/home"
      assert.deepStrictEqual(effective.env, { BASH_ENV: `${home}/.bashrc` })
      assert.deepStrictEqual(effective.mcpServers["a"]?.env, { CACHE: `${home}/c` })
      assert.deepStrictEqual(effective.mounts, [
        { source: "/home/test/.gitconfig", target: `${home}/.gitconfig`, readOnly: true, volume: false, by: "operator" }
      ])
    }).pipe(
      Effect.provide(
        layerTest({
          envs: { BASH_ENV: "~/.bashrc" },
          mounts: ["~/.gitconfig:~/.gitconfig:ro"],
          mcp: { servers: { a: { command: "a", env: { CACHE: "~/c" } } } }
        })
      )
    )
  )
})

describe("a project's file", () => {
  const inProject = Effect.fnUntraced(
    function* (prepare: (dir: string, outside: string) => void) {
      const dir = yield* directory
      const outside = yield* directory
      prepare(dir, outside)
      const one = channel("local:a", { dir_path: dir })
      const effective = yield* Settings.use((settings) => settings.forChannel(one, one))
      return { model: effective.model, keys: effective.project?.keys, warnings: effective.warnings.join("\n") }
    },
    Effect.provide(layerTest({ claude_model: "sonnet" }))
  )
  const project = `{ claude_model: "opus", mounts: ["/:/host"] }`

  it.effect("applies in what acts inside the box, and its other keys wait", () =>
    Effect.gen(function* () {
      const { keys, model, warnings } = yield* inProject((dir) => {
        mkdirSync(join(dir, ".loop"))
        writeFileSync(join(dir, ".loop/config.json"), project)
      })
      assert.strictEqual(model, "opus")
      assert.deepStrictEqual([keys, warnings], [["mounts"], ""])
    })
  )

  it.effect("may be missing", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* inProject(() => {}), { model: "sonnet", keys: undefined, warnings: "" })
    })
  )

  it.effect("is not read through a link", () =>
    Effect.gen(function* () {
      const file = yield* inProject((dir, outside) => {
        mkdirSync(join(dir, ".loop"))
        writeFileSync(join(outside, "config.json"), project)
        symlinkSync(join(outside, "config.json"), join(dir, ".loop/config.json"))
      })
      const folder = yield* inProject((dir, outside) => {
        writeFileSync(join(outside, "config.json"), project)
        symlinkSync(outside, join(dir, ".loop"))
      })
      for (const { model, warnings } of [file, folder]) {
        assert.strictEqual(model, "sonnet")
        assert.match(warnings, /through a link/)
      }
    })
  )

  it.effect("is not read when it is large, or no file at all", () =>
    Effect.gen(function* () {
      const large = yield* inProject((dir) => {
        mkdirSync(join(dir, ".loop"))
        writeFileSync(join(dir, ".loop/config.json"), project + " ".repeat(100_000))
      })
      const folder = yield* inProject((dir) => mkdirSync(join(dir, ".loop/config.json"), { recursive: true }))
      assert.strictEqual(large.model, "sonnet")
      assert.match(large.warnings, /larger than 64 KiB/)
      assert.match(folder.warnings, /not a plain file/)
    })
  )
})
