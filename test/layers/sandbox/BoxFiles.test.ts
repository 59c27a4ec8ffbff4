import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { Engine } from "../../../src/layers/sandbox/Engine.ts"
import { type Mount, Sandbox } from "../../../src/services/Sandbox.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { bubblewrap, Boxes, docker, hostDirectory } from "../../support/Boxes.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

/** The host's git configuration, for this file's tests, with an ignore file in it. */
const gitHost = Layer.effectDiscard(
  Effect.gen(function* () {
    const at = yield* hostDirectory
    fs.writeFileSync(at("ignore"), "*.secret\n")
    fs.writeFileSync(at("config"), `[core]\n\texcludesFile = ${at("ignore")}\n`)
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        process.env["GIT_CONFIG_GLOBAL"] = at("config")
      }),
      () => Effect.sync(() => delete process.env["GIT_CONFIG_GLOBAL"])
    )
  })
)

const mount = (source: string, target: string, readOnly = false): Mount => ({ source, target, readOnly, volume: false })

const notRoot = process.getuid?.() === 0 ? 1234 : (process.getuid?.() ?? 0)

for (const [name, world] of [
  ["a container's files", docker()],
  ["a bubblewrap box's files", bubblewrap]
] as const) {
  layer(world.pipe(Layer.provideMerge(gitHost)), real)(name, (it) => {
    /** A work directory whose owner, and so the box's user, is not root. */
    const ownedWork = Effect.map(hostDirectory, (at) => {
      fs.mkdirSync(at("work"))
      fs.chownSync(at("work"), notRoot, notRoot)
      fs.chmodSync(path.dirname(at("work")), 0o755)
      return { at, workDir: at("work") }
    })

    it.effect("are mounts of the host, writable or not", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        for (const place of ["rw", "ro"]) {
          fs.mkdirSync(at(place))
          fs.chownSync(at(place), notRoot, notRoot)
          fs.writeFileSync(at(`${place}/file`), place)
        }
        const { lines } = yield* boxes.shell(
          "cat /data/rw/file /data/ro/file; echo; echo new > /data/rw/new; touch /data/ro/new 2>&1 | grep -o Read-only",
          { workDir, mounts: [mount(at("rw"), "/data/rw"), mount(at("ro"), "/data/ro", true)] }
        )
        assert.deepStrictEqual(lines, ["rwro", "Read-only"])
        assert.strictEqual(fs.readFileSync(at("rw/new"), "utf8"), "new\n")
      })
    )

    it.effect("that are mounted in the home leave places behind that are the box's user's", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        fs.mkdirSync(at("lent"), { mode: 0o755 })
        const spec = boxes.spec([], { workDir })
        const { lines } = yield* boxes.shell("touch ~/.config/own && stat -c %u ~/.config", {
          workDir,
          channelId: spec.channelId,
          mounts: [mount(at("lent"), path.join(spec.home, ".config/deep/lent"), true)]
        })
        assert.deepStrictEqual(lines, [String(notRoot)])
        assert.strictEqual(fs.statSync(path.join(spec.home, ".config/deep/lent")).uid, notRoot)
      })
    )

    it.effect("are copies of the host's, private to the box's user, and what is written to them stays inside", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        fs.writeFileSync(at("settings"), "from the host\n", { mode: 0o644 })
        const { lines } = yield* boxes.shell(
          `cat ${at("settings")}; stat -c '%a %u' ${at("settings")}; echo changed > ${at("settings")}; cat ${at("settings")}`,
          { workDir, copyFiles: [at("settings"), at("missing")].map((path) => ({ source: path, target: path })) }
        )
        assert.deepStrictEqual(lines, ["from the host", `600 ${notRoot}`, "changed"])
        assert.strictEqual(fs.readFileSync(at("settings"), "utf8"), "from the host\n")
      })
    )

    it.effect("are not copied where a mount is configured", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        for (const file of ["a", "b"]) fs.writeFileSync(at(file), `${file}\n`, { mode: 0o644 })
        const { lines } = yield* boxes.shell(`cat ${at("a")}`, {
          workDir,
          copyFiles: [{ source: at("a"), target: at("a") }],
          mounts: [mount(at("b"), at("a"), true)]
        })
        assert.deepStrictEqual(lines, ["b"])
      })
    )

    it.effect("include the host's own ignore file for git", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { workDir } = yield* ownedWork
        const { lines } = yield* boxes.shell("git init -q . && touch a.secret b && git status --porcelain", { workDir })
        assert.deepStrictEqual(lines, ["?? b"])
      })
    )

    it.effect("include a named volume that the box's user can write to and that lasts", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { workDir } = yield* ownedWork
        const volume = `loop-test-${randomBytes(4).toString("hex")}`
        const mounts = [{ source: volume, target: "/cache", readOnly: false, volume: true }]
        const first = yield* boxes.shell("touch /cache/kept && stat -c %u /cache", { workDir, mounts })
        const second = yield* boxes.shell("ls /cache", { workDir, mounts })
        assert.deepStrictEqual([...first.lines, ...second.lines], [String(notRoot), "kept"])
        const engine = yield* Effect.serviceOption(Engine)
        if (engine._tag === "Some") {
          yield* engine.value.call(volume, (client) => client.getVolume(volume).remove())
        }
      })
    )

    it.effect("that cannot be read are named", () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        fs.mkdirSync(at("private"), { mode: 0o700 })
        // Root reads everything, but the box's user is not root.
        if (process.getuid?.() !== 0) {
          yield* Effect.acquireRelease(
            Effect.sync(() => fs.chmodSync(at("private"), 0)),
            () => Effect.sync(() => fs.chmodSync(at("private"), 0o700))
          )
        }
        fs.mkdirSync(at("directory"))
        const refused = [
          [{ mounts: [mount(at("private"), "/data")] }, at("private")],
          [{ mounts: [mount(at("nowhere"), "/data")] }, at("nowhere")],
          [{ copyFiles: [{ source: at("directory"), target: at("directory") }] }, at("directory")]
        ] as const
        for (const [over, target] of refused) {
          const error = yield* sandbox
            .start(boxes.spec(["/bin/true"], { workDir, ...over }))
            .pipe(Effect.scoped, Effect.flip)
          assert.deepStrictEqual([error.reason, error.target], ["bad_mount", target])
        }
        assert.deepStrictEqual(yield* sandbox.list, [])
      })
    )

    it.effect("below LOOP_HOME are never reached through links", () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const boxes = yield* Boxes
        const { paths } = yield* Settings
        const at = yield* hostDirectory
        for (const part of ["work", "home"] as const) {
          const spec = boxes.spec(["/bin/true"])
          const directory = path.dirname(spec.workDir)
          fs.mkdirSync(directory, { recursive: true })
          fs.symlinkSync(at(""), path.join(directory, part))
          const error = yield* sandbox.start(spec).pipe(Effect.scoped, Effect.flip)
          assert.deepStrictEqual([error.reason, error.target], ["bad_mount", path.join(directory, part)])
        }
        const spec = boxes.spec(["/bin/true"])
        fs.symlinkSync(at(""), path.dirname(spec.workDir))
        const error = yield* sandbox.start(spec).pipe(Effect.scoped, Effect.flip)
        assert.strictEqual(error.target, path.dirname(paths.work(spec.channelId)))
        assert.deepStrictEqual(fs.readdirSync(at("")), [])
      })
    )

    it.effect("may be sockets of the host, for which the box gets their group", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        yield* Effect.acquireRelease(
          Effect.callback<net.Server>((resume) => {
            const server = net.createServer((socket) => socket.end("hello from the host\n"))
            server.listen(at("socket"), () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
        )
        if (process.getuid?.() === 0) fs.chownSync(at("socket"), 0, 4321)
        fs.chmodSync(at("socket"), 0o660)
        const { lines } = yield* boxes.shell("socat - UNIX-CONNECT:/host.sock < /dev/null", {
          workDir,
          mounts: [mount(at("socket"), "/host.sock")]
        })
        assert.deepStrictEqual(lines, ["hello from the host"])
      })
    )

    it.effect("are not put where an agent has set a link", () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox
        const boxes = yield* Boxes
        const { at, workDir } = yield* ownedWork
        fs.writeFileSync(at("file"), "")
        fs.symlinkSync("/oldroot/tmp", path.join(workDir, "link"))
        const target = path.join(workDir, "link/file")
        for (const over of [{ copyFiles: [{ source: at("file"), target }] }, { mounts: [mount(at("file"), target)] }]) {
          const error = yield* sandbox
            .start(boxes.spec(["/bin/true"], { workDir, ...over }))
            .pipe(Effect.scoped, Effect.flip)
          assert.deepStrictEqual([error.reason, error.target], ["bad_mount", path.join(workDir, "link")])
        }
      })
    )

    it.effect("that agents left behind as another user are the box's again", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { workDir } = yield* ownedWork
        const spec = boxes.spec([], { workDir })
        fs.mkdirSync(path.join(spec.home, "deep/er"), { recursive: true, mode: 0o700 })
        fs.writeFileSync(path.join(spec.home, "deep/er/file"), "kept\n", { mode: 0o600 })
        const { lines } = yield* boxes.shell("cat ~/deep/er/file", { workDir, channelId: spec.channelId })
        assert.deepStrictEqual(lines, ["kept"])
      })
    )
  })
}
