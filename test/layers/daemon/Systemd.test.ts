/** What is asked of systemctl and loginctl, which are played: no test machine has a user's own systemd. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { Service } from "../../../src/domain/daemon/Service.ts"
import * as Systemd from "../../../src/layers/daemon/Systemd.ts"
import { Daemon } from "../../../src/services/Daemon.ts"
import { Programs } from "../../../src/services/Programs.ts"
import { played, type Script } from "../../support/ServiceManager.ts"

const shown = (active: string, sub: string, more: Record<string, string | number> = {}) => ({
  stdout: Object.entries({ ActiveState: active, SubState: sub, Result: "success", MainPID: 0, ...more })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("")
})

/** A systemd that starts what it is asked to, under a new process each time; `answers` come first. */
const make = Effect.fnUntraced(function* (answers: Script = () => undefined) {
  let pid = 0
  let lingers = false
  const stops: Array<string | undefined> = []
  const unit = () => (existsSync(path) ? readFileSync(path, "utf8") : "")
  const { asked, done, home, programs } = yield* played((line) => {
    const answer = answers(line)
    if (answer !== undefined) return answer
    if (line.startsWith("systemd-notify")) return { stdout: "systemd 252 (252.38-1)\n+PAM\n" }
    if (line.includes(" restart ")) pid += 100
    if (line.includes(" disable ")) {
      stops.push(/KillSignal=(\w+)/.exec(unit())?.[1])
      pid = 0
    }
    if (line.includes("enable-linger")) lingers = true
    if (line.includes("disable-linger")) lingers = false
    if (line.includes("show-user")) return { stdout: `Linger=${lingers ? "yes" : "no"}\n` }
    if (line.includes(" show "))
      return pid === 0 ? shown("inactive", "dead") : shown("active", "running", { MainPID: pid })
    return undefined
  })
  const path = join(home, ".config/systemd/user/loop.service")
  const service: Service = {
    command: ["/n/node", "/l/loop", "serve"],
    environment: { PATH: "/bin" },
    log: `${home}/logs/l`
  }
  const daemon = yield* Effect.provide(
    Daemon.use(Effect.succeed),
    Layer.provide(Systemd.layer({ env: {}, home, user: "me" }), Layer.succeed(Programs, programs))
  )
  /** On virtual time: looks come twice a second. */
  const restart = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(daemon.restart(service), { startImmediately: true })
    while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("500 millis")
    return yield* Fiber.join(fiber)
  })
  return {
    asked,
    daemon,
    done,
    home,
    path,
    restart,
    stops,
    unit,
    setLinger: (now: boolean) => (lingers = now),
    linger: () => lingers
  }
})

describe("the service under systemd", () => {
  it.effect("is written, enabled and started, and outlives the login", () =>
    Effect.gen(function* () {
      const { daemon, done, home, linger, path, restart, unit } = yield* make()
      assert.isUndefined(yield* daemon.look)
      const { look, notes } = yield* restart
      assert.deepStrictEqual([look, notes], [{ state: "running", pid: 100, reason: undefined }, []])
      assert.deepStrictEqual(done(), [
        "loginctl enable-linger me",
        "systemctl --user daemon-reload",
        "systemctl --user enable loop.service",
        "systemctl --user restart --no-block loop.service"
      ])
      assert.isTrue(linger())
      assert.include(unit(), "Type=notify")
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(statSync(`${home}/logs/l`).mode & 0o777, 0o600)
    })
  )

  it.effect("is stopped with the signal that ends turns in order, and removed", () =>
    Effect.gen(function* () {
      const { daemon, done, path, restart, stops } = yield* make()
      yield* restart
      assert.isTrue(yield* daemon.stop)
      assert.deepStrictEqual(stops, ["SIGINT"])
      assert.deepStrictEqual(done().slice(4), [
        "systemctl --user daemon-reload",
        "systemctl --user disable --now loop.service",
        "systemctl --user daemon-reload",
        "loginctl disable-linger me"
      ])
      assert.isFalse(existsSync(path))
      assert.isUndefined(yield* daemon.look)
      assert.isFalse(yield* daemon.stop)
    })
  )

  it.effect("leaves lingering as it was found, also after it was restarted", () =>
    Effect.gen(function* () {
      const theirs = yield* make()
      theirs.setLinger(true)
      yield* theirs.restart
      yield* theirs.restart
      yield* theirs.daemon.stop
      assert.isTrue(theirs.linger())
      const ours = yield* make()
      yield* ours.restart
      yield* ours.restart
      assert.isTrue(ours.linger())
      yield* ours.daemon.stop
      assert.isFalse(ours.linger())
    })
  )

  it.effect("runs although lingering is not allowed, and says what that means and what to do", () =>
    Effect.gen(function* () {
      const { daemon, done, restart } = yield* make((line) =>
        line.includes("enable-linger") ? { code: 1 } : undefined
      )
      assert.deepStrictEqual((yield* restart).notes, [
        "Loop ends when you log out. To let it run on: sudo loginctl enable-linger me"
      ])
      yield* daemon.stop
      assert.notInclude(done(), "loginctl disable-linger me")
    })
  )

  it.effect("is not called running because the process before it still is", () =>
    Effect.gen(function* () {
      let looks = 0
      const { restart } = yield* make((line) => {
        if (!line.includes(" show ")) return undefined
        looks++
        if (looks <= 3) return shown("active", "running", { MainPID: 7 })
        return shown("active", "running", { MainPID: 8 })
      })
      assert.strictEqual((yield* restart).look.pid, 8)
    })
  )

  it.effect("is not called running because it was seen so once", () =>
    Effect.gen(function* () {
      let looks = 0
      const { restart } = yield* make((line) => {
        if (!line.includes(" show ")) return undefined
        return ++looks === 2 ? shown("active", "running", { MainPID: 8 }) : shown("activating", "auto-restart")
      })
      assert.strictEqual((yield* restart).look.state, "failing")
    })
  )

  it.effect("that does not stay up is told with the reason", () =>
    Effect.gen(function* () {
      const codes = { Result: "exit-code", ExecMainCode: 1, ExecMainStatus: 1 }
      const { restart } = yield* make((line) =>
        line.includes(" show ") ? shown("activating", "auto-restart", codes) : undefined
      )
      assert.deepStrictEqual((yield* restart).look, {
        state: "failing",
        pid: undefined,
        reason: "its process ended with code 1"
      })
    })
  )

  it.effect("is on its way up where half a minute was not enough", () =>
    Effect.gen(function* () {
      const { asked, restart } = yield* make((line) =>
        line.includes(" show ") ? shown("activating", "start", { MainPID: 9 }) : undefined
      )
      assert.strictEqual((yield* restart).look.state, "starting")
      assert.lengthOf(
        asked.filter((line) => line.includes(" show ")),
        61
      )
    })
  )

  it.effect("needs no notes where systemd's program for them is too old or missing", () =>
    Effect.gen(function* () {
      for (const answer of [{ stdout: "systemd 245 (245)\n" }, "missing"] as const) {
        const { restart, unit } = yield* make((line) => (line.startsWith("systemd-notify") ? answer : undefined))
        yield* restart
        assert.include(unit(), "Type=exec")
      }
    })
  )

  it.effect.each([
    ["missing", /^This machine has no systemd\. Run "loop serve"/],
    [
      { code: 1, stderr: "Failed to connect to bus: No medium found\n" },
      /^systemd cannot be reached .* \(Failed to connect to bus: No medium found\)\. Log in directly/
    ],
    [
      { code: 1, stderr: "Access denied\n" },
      /^systemctl show failed \(Access denied\)\. "systemctl --user status loop" says/
    ]
  ] as const)("that cannot be had is one sentence and the next step: %j", ([answer, sentence]) =>
    Effect.gen(function* () {
      const { daemon, path } = yield* make((line) => (line.startsWith("systemctl") ? answer : undefined))
      const error = yield* Effect.flip(daemon.restart({ command: ["/n"], environment: {}, log: "/l" }))
      assert.match(error.message, sentence)
      assert.isFalse(existsSync(path))
    })
  )

  it.effect.each([
    "Failed to stop loop.service: Unit loop.service not loaded.",
    "Unit file loop.service not found.",
    "Failed to disable unit: Unit file loop.service does not exist."
  ])("is removed although systemd says %s", (words) =>
    Effect.gen(function* () {
      const { daemon, path, restart } = yield* make((line) =>
        line.includes(" disable ") ? { code: 1, stderr: words } : undefined
      )
      yield* restart
      assert.isTrue(yield* daemon.stop)
      assert.isFalse(existsSync(path))
    })
  )

  it.effect("that cannot be stopped stays, and the reason is told", () =>
    Effect.gen(function* () {
      const { daemon, path, restart } = yield* make((line) =>
        line.includes(" disable ") ? { code: 1, stderr: "Access denied" } : undefined
      )
      yield* restart
      assert.match((yield* Effect.flip(daemon.stop)).message, /^systemctl disable failed \(Access denied\)\. /)
      assert.isTrue(existsSync(path))
    })
  )

  it.effect("is removed although lingering cannot be undone, and what to do about that is told", () =>
    Effect.gen(function* () {
      const { daemon, path, restart } = yield* make((line) =>
        line.includes("disable-linger") ? { code: 1, stderr: "Access denied" } : undefined
      )
      yield* restart
      const { message } = yield* Effect.flip(daemon.stop)
      assert.match(message, /^Loop is stopped, but .* To undo that: sudo loginctl disable-linger me$/)
      assert.isFalse(existsSync(path))
    })
  )

  it.effect("that cannot be written down is not even asked for", () =>
    Effect.gen(function* () {
      const { asked, daemon, path } = yield* make()
      const wrong = { command: ['/a"b/node'], environment: {}, log: "/l" } as const
      assert.match((yield* Effect.flip(daemon.restart(wrong))).message, /quotes or backslashes/)
      assert.deepStrictEqual(asked, [])
      assert.isFalse(existsSync(path))
    })
  )

  it.effect("says that lingering is Loop's doing before it is, so that no crash in between leaves it behind", () =>
    Effect.gen(function* () {
      let before = ""
      const house = yield* make((line) => {
        if (line.includes("enable-linger")) before = house.unit()
        return undefined
      })
      yield* house.restart
      assert.include(before, "Linger=enabled by Loop")
    })
  )
})
