/** Mounts on real files: what they lead to decides, whatever they are called. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as net from "node:net"
import { join } from "node:path"
import { layer as guardLayer } from "../../../src/layers/mounts/MountGuardDisk.ts"
import { layerTest } from "../../../src/layers/SettingsFile.ts"
import type { By } from "../../../src/domain/mounts/Authority.ts"
import type { Channel } from "../../../src/domain/Channel.ts"
import { type Around, MountGuard } from "../../../src/services/MountGuard.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { hostDirectory } from "../../support/Boxes.ts"
import * as Rows from "../../support/Rows.ts"

const nobody: Around = { others: [], writable: [] }

/** A home with LOOP_HOME, data, and a project of another channel; `config` may name them. */
const ground = Effect.gen(function* () {
  const at = yield* hostDirectory
  const root = fs.realpathSync(at(""))
  const place = (name: string) => join(root, name)
  for (const name of ["home/.loop", "home/.claude/skills", "data/sub", "other/src", "elsewhere"]) {
    fs.mkdirSync(place(name), { recursive: true })
  }
  return { place, env: { HOME: place("home"), LOOP_HOME: place("home/.loop") } }
})

type Ground = Effect.Success<typeof ground>

const guarded = <A, E>(
  { env }: Ground,
  keys: Readonly<Record<string, unknown>>,
  body: Effect.Effect<A, E, MountGuard | Settings>
) => body.pipe(Effect.provide(guardLayer.pipe(Layer.provideMerge(layerTest(keys, env)))))

/** What is mounted where, or why not. */
const mounting = (source: string, by: By = "operator", around: Around = nobody, readOnly = false) =>
  Effect.map(
    MountGuard.use((guard) =>
      guard.allow([{ source, target: "/x", readOnly, volume: !source.startsWith("/"), by }], [], around)
    ),
    ({ mounts, refused }) => mounts[0]?.source ?? refused.join()
  )

const channel = (over: Partial<Channel> = {}): Channel => Rows.channel("local:a", { name: "a", ...over })

describe("A mount", () => {
  it.effect("is of what links lead to, and is judged by that", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      const links = {
        root: "/",
        etc: "/etc",
        home: place("home"),
        loop: place("home/.loop"),
        claude: place("home/.claude"),
        other: place("other/src"),
        chain: place("links/home")
      }
      fs.mkdirSync(place("links"))
      for (const [name, to] of Object.entries({ ...links, data: place("data") }))
        fs.symlinkSync(to, place(`links/${name}`))
      yield* guarded(
        here,
        {},
        Effect.gen(function* () {
          for (const name of Object.keys(links)) {
            const found = yield* mounting(place(`links/${name}`), "operator", {
              others: [place("other")],
              writable: []
            })
            assert.match(found, /^".*" \(it leads to .*\) is not mounted: /, name)
          }
          assert.strictEqual(yield* mounting(place("links/data")), place("data"))
          assert.strictEqual(yield* mounting(place("links/data/sub")), place("data/sub"))
          assert.match(yield* mounting(place("nowhere")), /is not there\.$/)
        })
      )
    })
  )

  it.effect("is judged by where the home, LOOP_HOME and other channels really are", () =>
    Effect.gen(function* () {
      const { place } = yield* ground
      for (const [name, to] of [
        ["myhome", "home"],
        ["myloop", "data/sub"],
        ["mywork", "other"]
      ] as const) {
        fs.symlinkSync(place(to), place(name))
      }
      yield* guarded(
        { place, env: { HOME: place("myhome"), LOOP_HOME: place("myloop") } },
        {},
        Effect.gen(function* () {
          assert.match(yield* mounting(place("home")), /your whole home/)
          assert.match(yield* mounting(place("data/sub")), /LOOP_HOME/)
          assert.match(yield* mounting(place("data")), /LOOP_HOME/)
          const around = { others: [place("mywork")], writable: [] }
          assert.match(yield* mounting(place("other/src"), "operator", around), /another channel works there/)
        })
      )
    })
  )

  it.effect("inside a place that agents can write in is refused, also where that is reached through a link", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      fs.symlinkSync(place("data"), place("alias"))
      yield* guarded(
        here,
        {},
        Effect.gen(function* () {
          const around = { others: [], writable: [place("alias")] }
          assert.match(yield* mounting(place("data/sub"), "operator", around), /agents can write in .*data/)
          assert.strictEqual(yield* mounting(place("data"), "operator", around), place("data"))
        })
      )
    })
  )

  it.effect("of an engine's socket is known under every name, and given where the operator allows it", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      fs.mkdirSync(place("engine"))
      yield* Effect.acquireRelease(
        Effect.callback<net.Server>((resume) => {
          const server = net.createServer()
          server.listen(place("engine/own.sock"), () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      )
      fs.linkSync(place("engine/own.sock"), place("data/hard.sock"))
      fs.symlinkSync(place("engine/own.sock"), place("data/soft.sock"))
      const names = ["engine/own.sock", "data/hard.sock", "data/soft.sock"]
      yield* Effect.acquireRelease(
        Effect.callback<net.Server>((resume) => {
          const server = net.createServer()
          server.listen(place("elsewhere/podman.sock"), () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      )
      const engine = { docker_host: `unix://${place("engine/own.sock")}` }
      yield* guarded(
        here,
        engine,
        Effect.gen(function* () {
          for (const name of names) assert.match(yield* mounting(place(name)), /allow_engine_socket/, name)
          assert.match(yield* mounting(place("engine")), /the container engine's socket lies in it/)
          // Of an engine that nobody has told of: by its name.
          assert.match(yield* mounting(place("elsewhere/podman.sock")), /allow_engine_socket/)
        })
      )
      yield* guarded(
        here,
        { ...engine, allow_engine_socket: true, mount_roots: [place("engine"), place("data")] },
        Effect.gen(function* () {
          assert.strictEqual(yield* mounting(place("data/soft.sock")), place("engine/own.sock"))
          assert.match(yield* mounting(place("data/soft.sock"), "owner"), /only the operator can give it/)
          assert.match(yield* mounting(place("engine")), /lies in it/)
        })
      )
    })
  )

  it.effect("of an owner's is under the operator's roots by where it leads, and of the operator's volumes", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      fs.symlinkSync(place("elsewhere"), place("data/out"))
      fs.symlinkSync(place("data"), place("roots"))
      yield* guarded(
        here,
        { mount_roots: [`${place("roots")}:ro`, "cache"], mounts: ["npm:/npm"] },
        Effect.gen(function* () {
          assert.strictEqual(yield* mounting(place("data/sub"), "owner", nobody, true), place("data/sub"))
          assert.match(yield* mounting(place("data/sub"), "owner"), /can be read only; write :ro/)
          assert.match(yield* mounting(place("data/out"), "owner", nobody, true), /leads to .*elsewhere\).*mount_roots/)
          assert.match(yield* mounting(place("elsewhere"), "owner", nobody, true), /mount_roots/)
          for (const name of ["cache", "npm"]) assert.strictEqual(yield* mounting(name, "owner"), name)
          assert.match(yield* mounting("postgres", "owner"), /"postgres" is not mounted/)
          assert.strictEqual(yield* mounting("postgres"), "postgres")
        })
      )
    })
  )

  // Left and right of a mount, as they are written.
  it.effect("has ~ on both sides for the two homes, and volumes by names that are no paths", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      fs.writeFileSync(place("home/.gitconfig"), "")
      const mounts = [
        "~/.gitconfig:~/.gitconfig:ro",
        "gomodcache:~/go",
        "my-volume:/cache",
        "~/nowhere:/x",
        `${place("data")}:/data`
      ]
      yield* guarded(
        here,
        { mounts },
        Effect.gen(function* () {
          const settings = yield* Settings
          const one = channel()
          const effective = yield* settings.forChannel(one, one)
          const boxHome = settings.paths.boxHome(one.channel_id)
          const found = yield* MountGuard.use((guard) => guard.allow(effective.mounts, [], nobody))
          const volume = { readOnly: false, volume: true }
          assert.deepStrictEqual(found.mounts, [
            { source: place("home/.gitconfig"), target: `${boxHome}/.gitconfig`, readOnly: true, volume: false },
            { source: "gomodcache", target: `${boxHome}/go`, ...volume },
            { source: "my-volume", target: "/cache", ...volume },
            { source: place("data"), target: "/data", readOnly: false, volume: false }
          ])
          assert.deepStrictEqual(found.refused, [`"${place("home/nowhere")}" is not mounted: it is not there.`])
        })
      )
    })
  )

  it.effect(
    "that a channel or an approved project repeats from the operator's is the operator's, others are an owner's",
    () =>
      Effect.gen(function* () {
        const here = yield* ground
        const { place } = here
        yield* guarded(
          here,
          { mounts: [`${place("data")}:/data:ro`], share_claude_home: true },
          Effect.gen(function* () {
            const settings = yield* Settings
            const dir = place("site")
            fs.mkdirSync(join(dir, ".loop"), { recursive: true })
            const text = JSON.stringify({ mounts: [`${place("data")}:/data:ro`, `${place("data")}:/rw`, "~/src:/src"] })
            fs.writeFileSync(join(dir, ".loop/config.json"), text)
            const asked = channel({ dir_path: dir, settings: { mounts: [`${place("elsewhere")}:/e`] } })
            const waiting = yield* settings.forChannel(asked, asked)
            const by = (all: typeof waiting) =>
              all.mounts.map(({ by, target }) => `${target.replace(/.*\/home/, "~")} ${by}`)
            assert.deepStrictEqual(by(waiting), ["/data operator", "/e owner", "~/.claude operator"])
            const approved = channel({ ...asked, approved_project: waiting.project?.hash ?? "" })
            assert.deepStrictEqual(by(yield* settings.forChannel(approved, approved)), [
              "/data operator",
              "/rw owner",
              "/src owner",
              "/e owner",
              "~/.claude operator"
            ])
            // The same words in another directory are another wish.
            fs.cpSync(dir, place("copy"), { recursive: true })
            const elsewhere = channel({ ...approved, dir_path: place("copy") })
            assert.isFalse((yield* settings.forChannel(elsewhere, elsewhere)).project?.approved)
          })
        )
      })
  )
})

describe("A copy", () => {
  it.effect("is of what links lead to, and is judged by that and by who asks for it", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      fs.writeFileSync(place("home/.loop/key"), "")
      fs.writeFileSync(place("data/plain"), "")
      fs.symlinkSync(place("home/.loop/key"), place("data/key"))
      fs.symlinkSync(place("data/plain"), place("elsewhere/linked"))
      yield* guarded(
        here,
        { copy_files: [place("elsewhere/linked")] },
        Effect.gen(function* () {
          const copying = (source: string, by: By) =>
            Effect.map(
              MountGuard.use((guard) => guard.allow([], [{ source, target: "/x", by }], nobody)),
              ({ copyFiles, refused }) => copyFiles[0]?.source ?? refused.join()
            )
          assert.strictEqual(yield* copying(place("elsewhere/linked"), "operator"), place("data/plain"))
          assert.match(yield* copying(place("data/key"), "operator"), /leads to .*key\) is not copied: .*LOOP_HOME/)
          assert.match(yield* copying(place("data/plain"), "owner"), /mount_roots/)

          const settings = yield* Settings
          const dir = place("site")
          fs.mkdirSync(join(dir, ".loop"), { recursive: true })
          const files = [place("elsewhere/linked"), place("data/plain")]
          fs.writeFileSync(join(dir, ".loop/config.json"), JSON.stringify({ copy_files: files }))
          const waiting = channel({ dir_path: dir })
          const { project } = yield* settings.forChannel(waiting, waiting)
          const approved = channel({ dir_path: dir, approved_project: project?.hash ?? "" })
          assert.deepStrictEqual(
            (yield* settings.forChannel(approved, approved)).copyFiles.map(({ by, source }) => [source, by]),
            [
              [place("elsewhere/linked"), "operator"],
              [place("data/plain"), "owner"]
            ]
          )
        })
      )
    })
  )
})

describe("A work directory", () => {
  it.effect("is none of those that agents must not have, and not where another channel's agents put a link", () =>
    Effect.gen(function* () {
      const here = yield* ground
      const { place } = here
      fs.symlinkSync(place("elsewhere"), place("other/linked"))
      fs.symlinkSync(place("home/.loop"), place("loop"))
      fs.symlinkSync(place("data"), place("site"))
      yield* guarded(
        here,
        {},
        Effect.gen(function* () {
          const work = (dir: string) =>
            Effect.map(
              MountGuard.use((guard) => guard.workDirectory(dir, [place("other")])),
              (found) => ("real" in found ? found.real : found.refused)
            )
          for (const dir of ["/", "/etc", place("home"), place("loop"), place("home/.loop/run")]) {
            assert.match(yield* work(dir), /cannot be a work directory/, dir)
          }
          assert.match(yield* work(place("other/linked")), /another channel's agents can write/)
          assert.strictEqual(yield* work(place("other/src")), place("other/src"))
          assert.strictEqual(yield* work(place("site")), place("data"))
          assert.strictEqual(yield* work(place("not/there/yet")), place("not/there/yet"))
          const ours = place("home/.loop/channels/x/work")
          assert.strictEqual(yield* work(ours), ours)
        })
      )
    })
  )
})
