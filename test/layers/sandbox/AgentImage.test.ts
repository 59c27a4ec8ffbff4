import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as AgentImageDocker from "../../../src/layers/sandbox/AgentImageDocker.ts"
import { codename, ensureBase, exactly } from "../../../src/layers/sandbox/BaseImage.ts"
import { shippedDirectory, sync } from "../../../src/layers/sandbox/ContainerFiles.ts"
import * as Engine from "../../../src/layers/sandbox/Engine.ts"
import { type ImageInputs, inputsHash } from "../../../src/layers/sandbox/ImageContext.ts"
import { AgentImage } from "../../../src/services/AgentImage.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { dockerParts, hostDirectory, IMAGE, settings } from "../../support/Boxes.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

describe("the inputs of an image", () => {
  const inputs: ImageInputs = {
    files: [{ name: "Dockerfile", content: Buffer.from("FROM x") }],
    programs: {},
    claudeVersion: "1",
    base: "debian",
    variant: "standard"
  }
  it("have another name when any of them changes", () => {
    const others: ReadonlyArray<Partial<ImageInputs>> = [
      { files: [{ name: "Dockerfile", content: Buffer.from("FROM y") }] },
      { files: [{ name: "Dockerfil", content: Buffer.from("eFROM x") }] },
      { claudeVersion: "2" },
      { base: "ubuntu" },
      { variant: "full" }
    ]
    const names = [inputsHash(inputs), ...others.map((over) => inputsHash(Object.assign({}, inputs, over)))]
    assert.strictEqual(new Set(names).size, names.length)
    assert.strictEqual(inputsHash({ ...inputs }), names[0])
  })
})

describe("the distribution", () => {
  it("is told for Debian and Ubuntu and their children only", () => {
    assert.strictEqual(codename("ID=debian\nVERSION_CODENAME=bookworm\n"), "bookworm")
    assert.strictEqual(
      codename('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\n'),
      "wilma"
    )
    assert.isUndefined(codename('ID=fedora\nVERSION_ID=42\nVERSION_CODENAME=""\n'))
  })
})

describe("the files of the image", () => {
  const prepare = Effect.map(hostDirectory, (at) => {
    fs.cpSync(shippedDirectory(), at("ours"), { recursive: true })
    return { at, ours: at("ours"), home: at("home"), read: (name: string) => fs.readFileSync(at(name), "utf8") }
  })

  it.effect("are brought up to date where their owner left them alone", () =>
    Effect.gen(function* () {
      const { ours, home, read } = yield* prepare
      yield* sync(home, ours)
      fs.writeFileSync(path.join(ours, "watchdog.sh"), "newer")
      const files = yield* sync(home, ours)
      assert.strictEqual(read("home/watchdog.sh"), "newer")
      assert.strictEqual(files.find(({ name }) => name === "watchdog.sh")?.content.toString(), "newer")
      assert.strictEqual(fs.statSync(path.join(home, "watchdog.sh")).mode & 0o111, 0o111)
    })
  )

  it.effect("stay as their owner changed them, with the newer one beside", () =>
    Effect.gen(function* () {
      const { ours, home, read } = yield* prepare
      yield* sync(home, ours)
      fs.writeFileSync(path.join(home, "setup.sh"), "mine")
      yield* sync(home, ours)
      assert.isFalse(fs.existsSync(path.join(home, "setup.sh.new")))
      fs.writeFileSync(path.join(ours, "setup.sh"), "newer")
      const files = yield* sync(home, ours)
      assert.deepStrictEqual([read("home/setup.sh"), read("home/setup.sh.new")], ["mine", "newer"])
      assert.strictEqual(files.find(({ name }) => name === "setup.sh")?.content.toString(), "mine")
    })
  )
})

/** On the agents' own image, so that a build is a matter of seconds. */
const name = `loop-test-${randomBytes(4).toString("hex")}:latest`
const small = 'ARG BASE\nFROM ${BASE}\nARG VARIANT\nCOPY setup.sh /setup.sh\nRUN ["/bin/bash", "-e", "/setup.sh"]\n'

layer(dockerParts(settings({ container_image: name, container_base_image: IMAGE })), real)("an image", (it) => {
  const write = Effect.fnUntraced(function* (setup: string) {
    const { paths } = yield* Settings
    yield* sync(paths.container)
    fs.writeFileSync(path.join(paths.container, "Dockerfile"), small)
    fs.writeFileSync(path.join(paths.container, "setup.sh"), setup)
  })
  const known = Effect.gen(function* () {
    const engine = yield* Engine.Engine
    return yield* engine.call(name, (docker) => docker.listImages({ filters: { reference: [name] } }))
  })
  const removed = Effect.acquireRelease(Effect.void, () =>
    Engine.Engine.use((engine) => engine.call(name, (docker) => docker.getImage(name).remove({ force: true }))).pipe(
      Effect.ignore
    )
  )

  it.effect(
    "is built once, and again when what it is made of has changed; it keeps its variant and names its base",
    () =>
      Effect.gen(function* () {
        yield* removed
        const images = yield* AgentImage
        const lines: Array<string> = []
        yield* write("echo first")
        const first = yield* images.build((line) => Effect.sync(() => void lines.push(line)), "full")
        assert.isTrue(lines.some((line) => line === "first"))
        assert.strictEqual(yield* images.ensure(name), first)
        assert.strictEqual(yield* images.build((line) => Effect.sync(() => void lines.push(line))), first)
        assert.strictEqual(lines.at(-1), `${name} is up to date`)
        yield* write("echo second")
        const second = yield* images.ensure(name)
        assert.notStrictEqual(second, first)
        const [found] = yield* known
        assert.deepInclude(found, { Id: second })
        const base = yield* Engine.Engine.use((engine) =>
          engine.call(IMAGE, (docker) => docker.getImage(IMAGE).inspect())
        )
        assert.deepInclude(found?.Labels, { "loop.variant": "full", "loop.base": base.Id })
      })
  )

  it.effect("whose build fails is told with the build's last words, and leaves the old one", () =>
    Effect.gen(function* () {
      yield* removed
      const images = yield* AgentImage
      yield* write("true")
      const good = yield* images.ensure(name)
      yield* write("echo the reason >&2; exit 3")
      const error = yield* Effect.flip(images.ensure(name))
      assert.strictEqual(error.reason, "no_image")
      assert.match(error.detail, /the reason[\s\S]*returned a non-zero code: 3/)
      assert.deepInclude((yield* known)[0], { Id: good })
    })
  )

  it.effect("that somebody made from ours under another name is taken as it is, and not built over", () =>
    Effect.gen(function* () {
      const engine = yield* Engine.Engine
      const images = yield* AgentImage
      yield* removed
      const [repo, tag] = name.split(":")
      const base = yield* ensureBase(engine, IMAGE, () => Effect.void)
      const container = yield* engine.call(base, (docker) => docker.createContainer({ Image: base, Cmd: ["true"] }))
      yield* engine.call(base, () => container.commit({ repo, tag }))
      yield* engine.call(base, () => container.remove())
      const [own] = yield* known
      assert.strictEqual(yield* images.ensure(name), own?.Id)
      const error = yield* Effect.flip(images.build(() => Effect.void))
      assert.include(error.detail, "choose another container_image")
    })
  )
})

layer(dockerParts(settings()), real)("a base image", (it) => {
  it.effect("that is pinned is that one or none: nothing is made in its place", () =>
    Effect.gen(function* () {
      const engine = yield* Engine.Engine
      const id = yield* exactly(engine, IMAGE)
      const none = () => Effect.void
      assert.strictEqual(yield* ensureBase(engine, id, none), id)
      const wanted = `127.0.0.1:9/nowhere@sha256:${"0".repeat(64)}`
      const { detail } = yield* Effect.flip(ensureBase(engine, wanted, none))
      assert.include(detail, "is pinned, not there and cannot be pulled")
    })
  )

  it.effect(
    "that cannot be pulled is made of the distribution's packages where that is possible, else it is said",
    () =>
      Effect.gen(function* () {
        const engine = yield* Engine.Engine
        const lines: Array<string> = []
        const wanted = "127.0.0.1:9/nowhere:1"
        const outcome = yield* Effect.result(
          ensureBase(engine, wanted, (line) => Effect.sync(() => void lines.push(line)))
        )
        assert.isTrue(lines.some((line) => line.startsWith(`${wanted} cannot be pulled: `)))
        if (process.getuid?.() === 0 && codename(fs.readFileSync("/etc/os-release", "utf8")) !== undefined) {
          assert.match(outcome._tag === "Success" ? outcome.success : String(outcome.failure), /^loop-base:/)
        } else {
          assert.include(outcome._tag === "Failure" ? outcome.failure.detail : "", "name it in container_base_image")
        }
      })
  )
})

describe("an installation that chose bubblewrap", () => {
  it.effect("has no image to build, and asks no engine", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const images = yield* AgentImage
      assert.strictEqual(yield* images.build((line) => Effect.sync(() => void lines.push(line))), "none")
      assert.deepStrictEqual(lines, ["Agents run in bubblewrap here, which needs no image"])
    }).pipe(
      Effect.provide(
        AgentImageDocker.layer.pipe(
          Layer.provide(Engine.layer),
          Layer.provide(settings({ sandbox: "bubblewrap", docker_host: "unix:///tmp/loop-no-engine.sock" }))
        )
      )
    )
  )
})

describe("the agents' own image", () => {
  it("pins the CLI to the version that the package depends on", () => {
    const manifest = JSON.parse(fs.readFileSync("package.json", "utf8")) as {
      readonly optionalDependencies: Readonly<Record<string, string>>
    }
    for (const version of Object.values(manifest.optionalDependencies)) {
      assert.strictEqual(AgentImageDocker.CLAUDE_VERSION, version)
    }
  })
})
