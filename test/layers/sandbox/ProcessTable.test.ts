import { assert, describe, it } from "@effect/vitest"
import { inhabitants } from "../../../src/layers/sandbox/ProcessTable.ts"

const table = (...rows: ReadonlyArray<string>) => ({
  Titles: ["PID", "PPID", "ELAPSED", "STAT", "COMMAND"],
  Processes: rows.map((row) => {
    const [pid = "", ppid = "", elapsed = "", stat = "", ...command] = row.split(" ")
    return [pid, ppid, elapsed, stat, command.join(" ")]
  })
})

describe("process list of a box", () => {
  it("leaves out the init, the watchdog and the forwarder with their children, and the dead", () => {
    const found = inhabitants(
      table(
        "100 90 30 Ss /sbin/docker-init -- /usr/local/bin/loop-entrypoint claude",
        "101 100 30 Sl claude -p",
        "102 100 30 S /bin/bash /usr/local/bin/loop-watchdog",
        "103 102 1 S sleep 15",
        "106 100 30 S /bin/bash /usr/local/bin/loop-forward --serve",
        "107 106 30 S socat TCP-LISTEN:3128 UNIX-CONNECT:/run/loop/egress.sock",
        "108 107 0 S socat TCP-LISTEN:3128 UNIX-CONNECT:/run/loop/egress.sock",
        "104 101 2 S tail -f /dev/null",
        "105 101 2 Z [git] <defunct>"
      )
    )
    assert.deepStrictEqual(found, [
      { pid: 101, ppid: 100, elapsedSec: 30, command: "claude -p" },
      { pid: 104, ppid: 101, elapsedSec: 2, command: "tail -f /dev/null" }
    ])
  })

  it("leaves out what came in from outside, also where it is listed first, and nothing else", () => {
    const found = inhabitants(
      table(
        "99 90 3 Ssl loop-relay",
        "100 90 30 Ss /sbin/docker-init -- x",
        "101 100 30 Sl claude -p",
        "120 99 2 S sh",
        "121 100 2 Ssl loop-relay"
      )
    )
    assert.deepStrictEqual(
      found.map(({ pid }) => pid),
      [101, 121]
    )
  })

  it("is not deceived by a process that calls itself the watchdog", () => {
    const found = inhabitants(
      table(
        "100 90 30 Ss /sbin/docker-init -- x",
        "101 100 30 Sl claude -p",
        "102 100 30 S /bin/bash /usr/local/bin/loop-watchdog",
        "110 100 4 S evil /usr/local/bin/loop-watchdog",
        "111 101 4 S evil /usr/local/bin/loop-watchdog"
      )
    )
    assert.deepStrictEqual(
      found.map(({ pid }) => pid),
      [101, 110, 111]
    )
  })

  it("is empty for a box without processes", () => {
    assert.deepStrictEqual(inhabitants({ Titles: [], Processes: null }), [])
  })
})
