import { spawn, type ChildProcess } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

const checkout = join(import.meta.dirname, "..", "..")

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const ended = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve, reject) => {
    let stdout = ""
    let stderr = ""
    child.stdout?.on("data", (chunk) => (stdout += chunk))
    child.stderr?.on("data", (chunk) => (stderr += chunk))
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })

const line = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    let text = ""
    child.stdout?.on("data", (chunk) => {
      text += chunk
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")))
    })
  })

/** Makes the Node that runs the launcher say it is 20, unless it is the one the launcher chose. */
const pretendOld = `
  if (!process.env.LOOP_LAUNCHER_PID) {
    Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })
  }
`

describe("bin/loop", () => {
  let home: string
  let old: string

  const install = (path: string, text: string): void => {
    mkdirSync(join(home, path, ".."), { recursive: true })
    writeFileSync(join(home, path), text)
  }

  const start = (args: ReadonlyArray<string>, nodeOptions: ReadonlyArray<string> = []): ChildProcess =>
    spawn(process.execPath, [...nodeOptions, join(home, "bin", "loop"), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, XDG_CACHE_HOME: join(home, "cache"), NODE_OPTIONS: "" }
    })

  const run = (args: ReadonlyArray<string> = [], nodeOptions?: ReadonlyArray<string>): Promise<Ended> =>
    ended(start(args, nodeOptions))

  const installNode = (version: string): void => {
    install("node_modules/node/package.json", JSON.stringify({ name: "node", version }))
    mkdirSync(join(home, "node_modules/node/bin"))
    symlinkSync(realpathSync(process.execPath), join(home, "node_modules/node/bin/node"))
  }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "loop-bin-"))
    cpSync(join(checkout, "bin"), join(home, "bin"), { recursive: true })
    install("package.json", `{ "type": "module" }`)
    install("old.cjs", pretendOld)
    old = join(home, "old.cjs")
  })

  afterEach(() => rmSync(home, { recursive: true, force: true }))

  it("runs the bundle when there is one", async () => {
    install("dist/loop.js", `console.log("bundle", process.argv.slice(2).join(" "))`)
    install("src/main.ts", `console.log("sources" as string)`)
    const result = await run(["serve", "--demo"])
    assert.deepEqual(result, { code: 0, signal: null, stdout: "bundle serve --demo\n", stderr: "" })
  })

  it("runs the sources when nothing was built, without a warning about it", async () => {
    install("src/main.ts", `import "node:sqlite"; console.log("sources" as string)`)
    mkdirSync(join(home, "node_modules/effect"), { recursive: true })
    assert.deepEqual(await run(), { code: 0, signal: null, stdout: "sources\n", stderr: "" })
  })

  it("runs through a link, as npm and bin/up make one", async () => {
    install("dist/loop.js", `console.log("bundle")`)
    chmodSync(join(home, "bin/loop"), 0o755)
    symlinkSync(join(home, "bin/loop"), join(home, "loop"))
    const path = `${join(realpathSync(process.execPath), "..")}:${process.env["PATH"]}`
    const result = await ended(spawn(join(home, "loop"), [], { env: { ...process.env, PATH: path } }))
    assert.strictEqual(result.stdout, "bundle\n")
  })

  it("says what to do when the dependencies are not installed", async () => {
    install("src/main.ts", `import "effect"`)
    const result = await run()
    assert.strictEqual(result.code, 1)
    assert.strictEqual(result.stderr, "loop: its dependencies are not installed. Run ./bin/up.\n")
  })

  it("hides the two warnings Node has for everybody, and no other", async () => {
    install(
      "dist/loop.js",
      `process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning")
       process.emitWarning("Type Stripping is an experimental feature", { type: "ExperimentalWarning" })
       process.emitWarning("Something else is an experimental feature", "ExperimentalWarning")
       process.emitWarning("SQLite is on fire")`
    )
    const { stderr } = await run()
    assert.notInclude(stderr, "SQLite is an experimental")
    assert.notInclude(stderr, "Type Stripping")
    assert.include(stderr, "ExperimentalWarning: Something else is an experimental feature")
    assert.include(stderr, "Warning: SQLite is on fire")
  })

  it("says which Node it needs on one that is too old", async () => {
    install("dist/loop.js", `console.log("bundle")`)
    const result = await run([], ["--require", old])
    assert.strictEqual(result.code, 1)
    assert.strictEqual(result.stdout, "")
    assert.match(result.stderr, /^loop: it needs Node 22\.19 or newer, and this is 20\.1\.0\. .*\n$/)
  })

  it("does not take a packaged Node that is too old as well", async () => {
    install("dist/loop.js", `console.log("bundle")`)
    installNode("22.18.0")
    const result = await run([], ["--require", old])
    assert.strictEqual(result.code, 1)
    assert.include(result.stderr, "it needs Node 22.19 or newer")
  })

  describe("on an old Node with the package node", () => {
    beforeEach(() => installNode("24.21.0"))

    it("runs with that Node, and ends with the same code", async () => {
      install(
        "dist/loop.js",
        `console.log("bundle", ...process.argv.slice(2), "LOOP_LAUNCHER_PID" in process.env); process.exit(7)`
      )
      const result = await run(["a", "b c"], ["--require", old])
      assert.deepEqual(result, { code: 7, signal: null, stdout: "bundle a b c false\n", stderr: "" })
    })

    it("passes SIGTERM on", async () => {
      install(
        "dist/loop.js",
        `process.on("SIGTERM", () => { console.log("term"); process.exit(3) }); console.log("up"); setInterval(() => {}, 1000)`
      )
      const child = start([], ["--require", old])
      const result = ended(child)
      await line(child)
      child.kill("SIGTERM")
      assert.deepEqual(await result, { code: 3, signal: null, stdout: "up\nterm\n", stderr: "" })
    })

    it("ends by the signal that ended it", async () => {
      install("dist/loop.js", `process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)`)
      const result = await run([], ["--require", old])
      assert.deepEqual([result.code, result.signal], [null, "SIGTERM"])
    })

    it("leaves no process behind when it is killed", async () => {
      install("dist/loop.js", `console.log(process.pid); setInterval(() => {}, 1000)`)
      const child = start([], ["--require", old])
      const result = ended(child)
      const pid = Number(await line(child))
      assert.notStrictEqual(pid, child.pid)
      child.kill("SIGKILL")
      // Both write to one pipe: this comes only when the last of them is gone.
      assert.strictEqual((await result).signal, "SIGKILL")
    })

    it("ends when there is nothing left to do", async () => {
      install("dist/loop.js", `console.log("bundle")`)
      const result = await run([], ["--require", old])
      assert.deepEqual([result.code, result.stdout], [0, "bundle\n"])
    })
  })
})
