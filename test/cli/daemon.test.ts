/**
 * `loop daemon:*` as a person calls it. No test machine has a user's own systemd, so the programs `systemctl` and `loginctl`
 * are played by scripts in PATH; systemd's program for notes, and the socket that it writes to, are real.
 */
import { spawn } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { loop, loopHome, start } from "../support/Command.ts"
import { fakeServer } from "../support/FakeServer.ts"

const launcher = fileURLToPath(new URL("../../bin/loop", import.meta.url))

/** `state` holds what `systemctl show` says of a started service, `next` what it says from the second time on. */
const systemctl = `#!/bin/sh
echo "systemctl $*" >> "$HOME/asked"
case "$*" in
  *" restart "*) touch "$HOME/started" ;;
  *" disable "*) rm -f "$HOME/started"; grep KillSignal "$HOME/.config/systemd/user/loop.service" >> "$HOME/asked" ;;
  *" show "*) if [ -e "$HOME/started" ]; then cat "$HOME/state"; [ ! -e "$HOME/next" ] || mv "$HOME/next" "$HOME/state"; else printf 'ActiveState=inactive\\nResult=success\\n'; fi ;;
esac
`
const running = "ActiveState=active\nSubState=running\nResult=success\nMainPID=4711\n"
const failing = "ActiveState=activating\nSubState=auto-restart\nResult=exit-code\nExecMainCode=1\nExecMainStatus=1\n"

const machine = Effect.fnUntraced(function* (config: string, state: string) {
  const home = yield* loopHome(config)
  const bin = join(home.dir, "my bin")
  mkdirSync(bin)
  writeFileSync(join(bin, "systemctl"), systemctl)
  writeFileSync(join(bin, "loginctl"), `#!/bin/sh\necho "loginctl $*" >> "$HOME/asked"\n`)
  for (const name of ["systemctl", "loginctl"]) chmodSync(join(bin, name), 0o755)
  writeFileSync(join(home.dir, "state"), state)
  const env = { PATH: `${bin}:relative:${home.env.PATH}`, no_proxy: "localhost", HTTPS_PROXY: "http://u:p%40@proxy" }
  const asked = () =>
    existsSync(join(home.dir, "asked"))
      ? readFileSync(join(home.dir, "asked"), "utf8")
          .split("\n")
          .filter((line) => line !== "" && !/ show|show-user/.test(line))
      : []
  const unit = join(home.dir, ".config/systemd/user/loop.service")
  return { asked, bin, home, unit, run: (...args: ReadonlyArray<string>) => loop(home, args, { env }) }
})

const free = `{ api_addr: "127.0.0.1:1" }`

describe("loop daemon", () => {
  it.live("starts, tells, starts anew and removes the service", () =>
    Effect.gen(function* () {
      const { asked, bin, home, run, unit } = yield* machine(free, running)
      assert.strictEqual((yield* run("daemon:status")).stdout, "not installed\nStart it: loop daemon:start\n")
      const log = `${home.env.LOOP_HOME}/logs/loop.log`
      assert.deepStrictEqual(yield* run("up"), { code: 0, stdout: `Loop is started; its log is ${log}.\n`, stderr: "" })
      const text = readFileSync(unit, "utf8")
      assert.include(text, `\nExecStart="${process.execPath}" "${launcher}" "serve"\n`)
      assert.include(text, `\nEnvironment="LOOP_HOME=${home.env.LOOP_HOME}"\n`)
      assert.include(text, `\nEnvironment="PATH=${bin}:${home.env.PATH}"\n`)
      assert.include(text, `\nEnvironment="HTTPS_PROXY=http://u:p%%40@proxy"\n`)
      assert.strictEqual(statSync(unit).mode & 0o777, 0o600)
      assert.strictEqual((yield* run("d:status")).stdout, `running (process 4711)\nThe log is ${log}.\n`)
      assert.include((yield* run("d:start")).stdout, "Loop is running already")
      assert.strictEqual((yield* run("down")).stdout, "Loop is stopped and no service any more.\n")
      assert.isFalse(existsSync(unit))
      assert.strictEqual((yield* run("d:stop")).stdout, "Loop is not installed as a service.\n")
      const user = /enable-linger (\S+)/.exec(asked()[0] ?? "")?.[1] ?? ""
      assert.deepStrictEqual(asked(), [
        `loginctl enable-linger ${user}`,
        "systemctl --user daemon-reload",
        "systemctl --user enable loop.service",
        "systemctl --user restart --no-block loop.service",
        "systemctl --user daemon-reload",
        "systemctl --user disable --now loop.service",
        "KillSignal=SIGINT",
        "systemctl --user daemon-reload",
        `loginctl disable-linger ${user}`
      ])
    })
  )

  it.live(
    "says why the service does not stay up, with the last lines of its log and nothing that speaks to a terminal",
    () =>
      Effect.gen(function* () {
        const { home, run } = yield* machine(free, failing)
        const log = join(home.env.LOOP_HOME, "logs/loop.log")
        mkdirSync(join(home.env.LOOP_HOME, "logs"))
        writeFileSync(log, `${"old\n".repeat(5000)}loop: Port 1 is \u001b[31mtaken.\n`)
        const { code, stderr } = yield* run("d:restart")
        assert.strictEqual(code, 1)
        assert.match(
          stderr,
          /^loop: The service does not stay up: its process ended with code 1\. Mend what its log says/
        )
        assert.match(stderr, /\n {2}old\n {2}loop: Port 1 is taken\.\n$/)
        const { stdout } = yield* run("daemon:status")
        assert.match(
          stdout,
          /^stopped: its process ended with code 1\nThe last lines of .*\n(.*\n)*Start it: loop daemon:start\n$/
        )
        assert.deepStrictEqual(JSON.parse((yield* run("daemon:status", "--json")).stdout), {
          state: "failing",
          reason: "its process ended with code 1"
        })
      })
  )

  it.live("starts nothing with a configuration that cannot be used, which then is the reason", () =>
    Effect.gen(function* () {
      const { asked, run } = yield* machine("{ bussy: 1 }", running)
      const { code, stderr } = yield* run("daemon:start")
      assert.strictEqual(code, 1)
      assert.include(stderr, "bussy: There is no such key")
      assert.deepStrictEqual(asked(), [])
      const { stdout } = yield* run("daemon:status")
      assert.match(stdout, /^not installed\n.*bussy: There is no such key.*\nThe configuration cannot be used/)
    })
  )

  it.live("does not start beside a server that was started by hand, and status tells of that", () =>
    Effect.gen(function* () {
      const { url } = yield* fakeServer({ answers: { "GET /health": { body: { version: "1.0.0", uptime_sec: 1 } } } })
      const { asked, run } = yield* machine(`{ api_addr: "${new URL(url).host}" }`, running)
      const { code, stderr } = yield* run("daemon:start")
      assert.deepStrictEqual(
        [code, stderr],
        [1, `loop: A server that was started by hand answers at ${url}. End it, then "loop daemon:start" again.\n`]
      )
      assert.deepStrictEqual(asked(), [])
      assert.include((yield* run("daemon:status")).stdout, `A server that was started by hand answers at ${url}.\n`)
    })
  )

  it.live("takes no service that has just come up again for a server that was started by hand", () =>
    Effect.gen(function* () {
      const { url } = yield* fakeServer({ answers: { "GET /health": { body: { version: "1.0.0", uptime_sec: 1 } } } })
      const { home, run, unit } = yield* machine(`{ api_addr: "${new URL(url).host}" }`, failing)
      mkdirSync(dirname(unit), { recursive: true })
      for (const [name, text] of [
        ["started", ""],
        ["next", running]
      ] as const)
        writeFileSync(join(home.dir, name), text)
      writeFileSync(unit, "")
      assert.include((yield* run("daemon:start")).stdout, "Loop is running already")
    })
  )

  it.live("warns that a key of the shell stays there", () =>
    Effect.gen(function* () {
      const { home, run, unit } = yield* machine(free, running)
      const { PATH } = process.env
      const env = { PATH: `${home.dir}/my bin:${PATH}`, ANTHROPIC_API_KEY: "sk-ant-mine" }
      const { code, stderr } = yield* loop(home, ["up"], { env })
      assert.deepStrictEqual(
        [code, stderr],
        [0, "loop: ANTHROPIC_API_KEY of this shell does not reach the service. Store it: loop key set\n"]
      )
      assert.notInclude(readFileSync(unit, "utf8"), "sk-ant-mine")
      assert.strictEqual((yield* run("down")).code, 0)
    })
  )
})

/** Receives systemd's notes as systemd does: datagrams on a socket of the file system, which Node cannot open. */
const listener = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    for fd in fds: os.close(fd)
    print(data.decode().replace("\\n", " "), flush=True)
`

describe("loop serve under systemd", () => {
  it.live("says when it is ready and, again and again, that it is alive", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(
        `{ "api_addr": ":0", "sandbox": "docker", "docker_host": "unix:///nowhere/docker.sock" }`
      )
      const socket = join(home.dir, "notify")
      const notes = yield* Queue.unbounded<string>()
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const python = spawn("python3", ["-c", listener, socket], { stdio: ["ignore", "pipe", "inherit"] })
          createInterface({ input: python.stdout }).on("line", (line) => void Queue.offerUnsafe(notes, line))
          return python
        }),
        (python) => Effect.sync(() => void python.kill("SIGKILL"))
      )
      const until = (wanted: RegExp) => Effect.repeat(Queue.take(notes), { until: (note) => wanted.test(note) })
      yield* until(/^bound$/)
      const server = yield* start(home, ["serve"], { env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "300000" } })
      yield* server.says("listening on")
      assert.match(yield* until(/=1/), /READY=1/)
      yield* until(/WATCHDOG=1/)
      yield* until(/WATCHDOG=1/)
      yield* server.signal("SIGTERM")
      assert.strictEqual((yield* server.ended).code, 0)
    }).pipe(Effect.scoped)
  )
})
