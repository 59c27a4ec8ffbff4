import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"

const checkout = join(import.meta.dirname, "..", "..")

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

// The first start on a machine builds the agents' image.
const imageTime = 300_000

describe("bin/up", () => {
  let home: string
  let loopHome: string

  beforeAll(() => {
    assert.isString(process.env["DOCKER_HOST"], "bin/test starts an engine and names it")
  })

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "loop-up-"))
    loopHome = join(home, "loop")
  })

  const serverPid = (): number => Number(readFileSync(join(loopHome, "run", "serve.pid"), "utf8"))

  afterEach(() => {
    if (existsSync(join(loopHome, "run", "serve.pid"))) spawnSync("kill", ["-9", String(serverPid())])
    rmSync(home, { recursive: true, force: true })
  })

  const up = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(join(checkout, "bin", "up"), args, {
      encoding: "utf8",
      timeout: imageTime,
      env: { ...process.env, HOME: home, LOOP_HOME: loopHome, XDG_CACHE_HOME: join(home, "cache"), ...env }
    })
    return { status, stdout, stderr }
  }

  /** Puts a program before all others that only prints one line. */
  const pretend = (name: string, line: string): NodeJS.ProcessEnv => {
    const bin = join(home, "bin")
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${line}\n`, { mode: 0o755 })
    return { PATH: `${bin}:${process.env["PATH"]}` }
  }

  it(
    "starts a server and prints its link; the second time it says that it runs and does nothing else",
    async () => {
      mkdirSync(loopHome)
      writeFileSync(join(loopHome, "config.json"), `{ api_addr: "127.0.0.1:${await freePort()}" }`, { mode: 0o600 })

      const first = up(["--demo"])
      assert.strictEqual(first.status, 0, first.stdout + first.stderr)
      assert.match(first.stdout, /Loop is running\. Open it with this link: http:\/\/127\.0\.0\.1:\d+\//)
      assert.strictEqual(readlinkSync(join(home, ".local/bin/loop")), join(checkout, "bin/loop"))
      assert.notInclude(first.stdout, "Installing")
      const pid = serverPid()

      const second = up(["--demo"])
      assert.strictEqual(second.status, 0, second.stdout + second.stderr)
      assert.include(second.stdout, "Loop is running.")
      assert.notInclude(second.stdout, "==>")
      assert.strictEqual(serverPid(), pid)
    },
    imageTime
  )

  it(
    "leaves a command loop that is not its own alone",
    async () => {
      mkdirSync(loopHome)
      writeFileSync(join(loopHome, "config.json"), `{ api_addr: "127.0.0.1:${await freePort()}" }`, { mode: 0o600 })
      mkdirSync(join(home, ".local/bin"), { recursive: true })
      writeFileSync(join(home, ".local/bin/loop"), "another program")

      const result = up(["--demo"])
      assert.strictEqual(result.status, 0, result.stdout + result.stderr)
      assert.include(result.stdout, "is something else and was left alone")
      assert.strictEqual(readFileSync(join(home, ".local/bin/loop"), "utf8"), "another program")
    },
    imageTime
  )

  it(
    "does not take another Loop at its address for its own",
    async () => {
      const port = await freePort()
      mkdirSync(loopHome)
      writeFileSync(join(loopHome, "config.json"), `{ api_addr: "127.0.0.1:${port}" }`, { mode: 0o600 })
      const script = `require("node:http").createServer((_, response) => response.writeHead(401).end()).listen(${port}, "127.0.0.1", () => console.log("up"))`
      const other = spawn(process.execPath, ["-e", script])
      await once(other.stdout, "data")

      const result = up(["--demo"])
      other.kill()
      assert.strictEqual(result.status, 1)
      assert.include(result.stderr, "is in use")
      assert.include(result.stderr, "The server ended again.")
    },
    imageTime
  )

  it("says in one sentence what to do on macOS", () => {
    const result = up([], pretend("uname", "Darwin"))
    assert.strictEqual(result.status, 1)
    assert.strictEqual(result.stdout, "")
    assert.match(result.stderr, /^This script does not set Loop up on macOS yet: .* bin\/loop serve\.\n$/)
  })

  it("says what to do about an engine that was named and does not answer", () => {
    const result = up(["--demo"], { DOCKER_HOST: `unix://${home}/none.sock` })
    assert.strictEqual(result.status, 1)
    assert.include(result.stderr, "Start it, or unset DOCKER_HOST, and run ./bin/up again.")
  })

  it("refuses an option that it does not know", () => {
    const result = up(["--dmeo"])
    assert.strictEqual(result.status, 2)
    assert.include(result.stderr, "bin/up does not know --dmeo.")
  })
})
