/** What is asked of launchctl, which is played: it exists on macOS only. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { Service } from "../../../src/domain/daemon/Service.ts"
import * as Launchd from "../../../src/layers/daemon/Launchd.ts"
import { Daemon } from "../../../src/services/Daemon.ts"
import { Programs } from "../../../src/services/Programs.ts"
import { played, type Script } from "../../support/ServiceManager.ts"

/** A launchd that starts what is bootstrapped, and again whenever that ends. */
const make = Effect.fnUntraced(function* (answers: Script = () => undefined) {
  let pid = 0
  const { done, home, programs } = yield* played((line) => {
    const answer = answers(line)
    if (answer !== undefined) return answer
    if (line.includes("bootstrap") || line.includes("kill SIGINT")) pid += 10
    if (line.includes("bootout") && pid === 0) return { code: 3, stderr: "Boot-out failed: 3: No such process" }
    if (line.includes("bootout")) pid = 0
    if (!line.includes("print")) return undefined
    return pid === 0
      ? { code: 113, stderr: "Could not find service" }
      : {
          stdout: `gui/501/com.loop.agent = {\n\tstate = running\n\tpid = ${pid}\n\tlast exit code = (never exited)\n}\n`
        }
  })
  const service: Service = {
    command: ["/n/node", "/l/loop", "serve"],
    environment: { PATH: "/bin" },
    log: `${home}/logs/l`
  }
  const daemon = yield* Effect.provide(
    Daemon.use(Effect.succeed),
    Layer.provide(Launchd.layer({ home, uid: 501 }), Layer.succeed(Programs, programs))
  )
  const onVirtualTime = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
      while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("500 millis")
      return yield* Fiber.join(fiber)
    })
  const path = join(home, "Library/LaunchAgents/com.loop.agent.plist")
  return { daemon, done, path, restart: onVirtualTime(daemon.restart(service)), stop: onVirtualTime(daemon.stop) }
})

const bootout = "launchctl bootout gui/501/com.loop.agent"

describe("the service under launchd", () => {
  it.effect("is written and bootstrapped, and is up when it stays up", () =>
    Effect.gen(function* () {
      const { daemon, done, path, restart } = yield* make()
      assert.isUndefined(yield* daemon.look)
      assert.deepStrictEqual((yield* restart).look, { state: "running", pid: 10, reason: undefined })
      assert.deepStrictEqual(done(), [bootout, `launchctl bootstrap gui/501 ${path}`])
    })
  )

  it.effect("is bootstrapped again while the one before is still on its way out", () =>
    Effect.gen(function* () {
      let tries = 0
      const { restart } = yield* make((line) =>
        line.includes("bootstrap") && ++tries < 3
          ? { code: 5, stderr: "Bootstrap failed: 5: Input/output error" }
          : undefined
      )
      assert.strictEqual((yield* restart).look.state, "running")
    })
  )

  it.effect("ends its turns in order before it is booted out and removed", () =>
    Effect.gen(function* () {
      const { done, path, restart, stop } = yield* make()
      yield* restart
      assert.isTrue(yield* stop)
      assert.deepStrictEqual(done().slice(2), ["launchctl kill SIGINT gui/501/com.loop.agent", bootout])
      assert.isFalse(existsSync(path))
      assert.isFalse(yield* stop)
    })
  )

  it.effect.each(["No such file or directory", "service not found", "Could not find service", "5: Input/output error"])(
    "is removed although launchd says %s",
    (words) =>
      Effect.gen(function* () {
        const { path, restart, stop } = yield* make((line) =>
          line.includes("bootout") ? { code: 5, stderr: words } : undefined
        )
        yield* restart
        assert.isTrue(yield* stop)
        assert.isFalse(existsSync(path))
      })
  )

  it.effect("that launchd does not let go of stays, and the reason is told", () =>
    Effect.gen(function* () {
      let refuses = false
      const { daemon, path, restart } = yield* make((line) =>
        refuses && line.includes("bootout") ? { code: 1, stderr: "Operation not permitted" } : undefined
      )
      yield* restart
      refuses = true
      const stopping = yield* Effect.forkChild(Effect.flip(daemon.stop), { startImmediately: true })
      while (stopping.pollUnsafe() === undefined) yield* TestClock.adjust("500 millis")
      assert.match((yield* Fiber.join(stopping)).message, /^launchctl bootout failed \(Operation not permitted\)\. /)
      assert.isTrue(existsSync(path))
    })
  )

  it.effect("is there although launchd had it already", () =>
    Effect.gen(function* () {
      let pid = 0
      const { restart } = yield* make((line) => {
        if (line.includes("print")) {
          return { stdout: pid === 0 ? "\tstate = waiting\n" : `\tstate = running\n\tpid = ${pid}\n` }
        }
        if (!line.includes("bootstrap")) return undefined
        pid = 7
        return { code: 37, stderr: "Bootstrap failed: 37: service already bootstrapped" }
      })
      assert.strictEqual((yield* restart).look.pid, 7)
    })
  )

  it.effect("that does not stay up is told with the code of its end", () =>
    Effect.gen(function* () {
      const { restart } = yield* make((line) =>
        line.includes("print") ? { stdout: "\tstate = spawn scheduled\n\tlast exit code = 1\n" } : undefined
      )
      assert.deepStrictEqual((yield* restart).look, {
        state: "failing",
        pid: undefined,
        reason: "its process ended with code 1"
      })
    })
  )
})
