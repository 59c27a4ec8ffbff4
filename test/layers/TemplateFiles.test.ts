import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as PackageFiles from "../../src/layers/PackageFiles.ts"
import * as TemplateFilesDisk from "../../src/layers/settings/TemplateFilesDisk.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import { shipped } from "../../src/domain/tasks/Shipped.ts"
import { TemplateFiles } from "../../src/services/TemplateFiles.ts"
import { directory } from "./store/support.ts"

const files = (home: string) =>
  TemplateFilesDisk.layer.pipe(
    Layer.provide([PackageFiles.layer, SettingsFile.layerTest({}, { HOME: home, LOOP_HOME: home })])
  )

const inHome = <A, E>(body: (home: string, project: string) => Effect.Effect<A, E, TemplateFiles>) =>
  Effect.flatMap(directory, (home) => {
    const project = join(home, "project")
    mkdirSync(join(home, "templates"))
    mkdirSync(join(project, ".loop", "templates"), { recursive: true })
    return body(home, project).pipe(Effect.provide(files(home), { local: true }))
  })

/** As a box does it, whose programs are these. */
const gate = (command: string, programs: Readonly<Record<string, string>>) =>
  Effect.map(directory, (bin) => {
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(bin, name), text, { mode: 0o755 })
    const { status, stderr, stdout } = spawnSync("/bin/sh", ["-c", command], { env: { PATH: bin }, encoding: "utf8" })
    return { status, stderr, stdout }
  })

const read = (path: string, project: string | null = null) => TemplateFiles.use((all) => all.read(path, project))

describe("The files of templates", () => {
  it.effect("that are shipped are put where they are missing, and what is there stays as it is", () =>
    Effect.flatMap(directory, (home) =>
      Effect.gen(function* () {
        mkdirSync(join(home, "templates"))
        writeFileSync(join(home, "templates", "heartbeat.md"), "my own")
        const all = yield* Effect.forEach(shipped, ({ prompt_path }) => read(prompt_path!)).pipe(
          Effect.provide(files(home), { local: true })
        )
        assert.strictEqual(all.length, 5)
        for (const text of all) assert.isAbove(text.length, 5)
        assert.strictEqual(readFileSync(join(home, "templates", "heartbeat.md"), "utf8"), "my own")
        assert.include(readFileSync(join(home, "templates", "tk-dispatcher.md"), "utf8"), "create_thread")
      })
    )
  )

  it.effect.each(shipped.filter(({ name }) => name.startsWith("tk-")))(
    "$name has a gate, which says that tk is missing where it is, and lets an agent begin where there is work",
    ({ name, pre_run = "" }) =>
      Effect.gen(function* () {
        const without = yield* gate(pre_run, {})
        assert.deepStrictEqual([without.status, without.stdout], [127, ""])
        assert.match(without.stderr, /^tk, the ticket tool, is not in the box\..*loop image build --full/)
        const idle = yield* gate(pre_run, { tk: "#!/bin/sh\n" })
        assert.deepStrictEqual(idle, { status: 0, stderr: "", stdout: name === "tk-heartbeat" ? "tk is here\n" : "" })
        const busy = yield* gate(pre_run, { tk: `#!/bin/sh\necho "$*"\n` })
        if (name !== "tk-heartbeat") assert.include(busy.stdout, "ready -T work\n")
      })
  )

  it.effect("are the project's before the installation's, for a project's template only", () =>
    inHome((home, project) =>
      Effect.gen(function* () {
        writeFileSync(join(home, "templates", "mine.md"), "ours\n")
        assert.strictEqual(yield* read("mine.md", project), "ours")
        writeFileSync(join(project, ".loop", "templates", "mine.md"), "the project's")
        assert.strictEqual(yield* read("mine.md", project), "the project's")
        assert.strictEqual(yield* read("mine.md"), "ours")
      })
    )
  )

  it.effect("are not read through a link, neither a file nor a directory on the way", () =>
    inHome((home, project) =>
      Effect.gen(function* () {
        writeFileSync(join(home, "token"), "secret")
        symlinkSync(join(home, "token"), join(project, ".loop", "templates", "stolen.md"))
        const file = yield* Effect.flip(read("stolen.md", project))
        assert.include(file.message, "reached through a link")
        rmSync(join(project, ".loop"), { recursive: true })
        symlinkSync(home, join(project, ".loop"))
        const folder = yield* Effect.flip(read("heartbeat.md", project))
        assert.include(folder.message, "reached through a link")
      })
    )
  )

  it.effect("that are pipes or directories are refused at once, and nobody is waited for", () =>
    inHome((_, project) =>
      Effect.gen(function* () {
        const at = join(project, ".loop/templates")
        assert.strictEqual(spawnSync("mkfifo", [join(at, "pipe.md")]).status, 0)
        mkdirSync(join(at, "folder.md"))
        for (const name of ["pipe.md", "folder.md"]) {
          assert.include((yield* Effect.flip(read(name, project))).message, "not a plain file")
        }
      })
    )
  )

  it.effect("that are not there, empty, too large or elsewhere are refused with the reason", () =>
    inHome((home, project) =>
      Effect.gen(function* () {
        assert.include((yield* Effect.flip(read("none.md", project))).message, "There is no text in")
        assert.include((yield* Effect.flip(read("../token"))).message, "no path inside the templates directory")
        writeFileSync(join(home, "templates", "empty.md"), " \n")
        assert.include((yield* Effect.flip(read("empty.md"))).message, "There is no text in")
        writeFileSync(join(home, "templates", "huge.md"), "x".repeat(300 * 1024))
        assert.include((yield* Effect.flip(read("huge.md"))).message, "larger than 256 KiB")
      })
    )
  )
})
