/** What the service managers say, as people are told it. */
import { assert, describe, it } from "@effect/vitest"
import { lookOfLaunchctl, lookOfSystemctl } from "../../../src/domain/daemon/Look.ts"

const shown = (active: string, sub: string, result = "success", code = "0", status = "0", pid = "0") =>
  lookOfSystemctl(
    `ActiveState=${active}\nSubState=${sub}\nResult=${result}\nExecMainCode=${code}\nExecMainStatus=${status}\nMainPID=${pid}\n`
  )

describe("a systemd unit", () => {
  it.each([
    ["active", "running", "running", 42, undefined],
    ["activating", "start", "starting", 42, undefined],
    ["activating", "auto-restart", "failing", undefined, "its process ended by itself"],
    ["failed", "failed", "failing", undefined, "its process ended by itself"],
    ["inactive", "dead", "stopped", undefined, undefined],
    ["deactivating", "stop-sigterm", "starting", 42, undefined]
  ] as const)("that is %s (%s) is %s", (active, sub, state, pid, reason) => {
    assert.deepStrictEqual(shown(active, sub, "success", "0", "0", "42"), { state, pid, reason })
  })

  it.each([
    ["exit-code", "1", "78", "its process ended with code 78"],
    ["exit-code", "1", "203", "its program cannot be started, it may have been moved"],
    ["signal", "2", "9", "its process was ended by signal 9"],
    ["core-dump", "3", "11", "its process was ended by signal 11"],
    ["watchdog", "3", "6", "it gave no sign of life for 90 seconds and was ended"],
    ["timeout", "2", "15", "it took too long to start or to end"],
    ["oom-kill", "2", "9", "this machine had no memory left and ended it"],
    ["resources", "0", "0", "systemd says resources"]
  ])("that ended by %s (%s, %s) says: %s", (result, code, status, reason) => {
    assert.deepStrictEqual(shown("failed", "failed", result, code, status).reason, reason)
    assert.deepStrictEqual(shown("inactive", "dead", result, code, status), {
      state: "stopped",
      pid: undefined,
      reason
    })
  })

  it("that systemd does not know is stopped", () => {
    assert.deepStrictEqual(lookOfSystemctl(""), {
      state: "stopped",
      pid: undefined,
      reason: "systemd does not know it"
    })
  })
})

describe("a launchd agent", () => {
  it.each([
    ["\tstate = running\n\tpid = 42\n", "running", 42, undefined],
    ["\tstate = spawn scheduled\n\tlast exit code = 78\n", "failing", undefined, "its process ended with code 78"],
    ["\tlast terminating signal = Killed: 9\n", "failing", undefined, "its process was ended by Killed: 9"],
    ["\tstate = not running\n\tlast exit code = (never exited)\n", "starting", undefined, undefined],
    ["nothing known", "starting", undefined, undefined]
  ] as const)("of which launchctl prints %j is %s", (printed, state, pid, reason) => {
    assert.deepStrictEqual(lookOfLaunchctl(`gui/501/com.loop.agent = {\n${printed}}\n`), { state, pid, reason })
  })
})
