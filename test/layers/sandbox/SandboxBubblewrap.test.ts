import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { failure } from "../../../src/layers/sandbox/BubblewrapBox.ts"
import * as Limits from "../../../src/layers/sandbox/BubblewrapLimits.ts"
import { parseStat } from "../../../src/layers/sandbox/ProcTree.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, bubblewrap, finish, hostDirectory, until } from "../../support/Boxes.ts"

const real = { excludeTestServices: true } as const
const notRoot = process.getuid?.() === 0 ? 1234 : (process.getuid?.() ?? 0)

const isAlive = (pid: number): boolean => fs.existsSync(`/proc/${pid}`)

/** Of this machine's kernel; those of control groups are not everywhere. */
const namespaces = ["cgroup", "ipc", "mnt", "net", "pid", "uts"].filter((each) =>
  fs.existsSync(`/proc/self/ns/${each}`)
)

layer(bubblewrap, real)("a bubblewrap box", (it) => {
  for (const uid of new Set([process.getuid?.() ?? 0, notRoot])) {
    it.effect(`of user ${uid} has no capability, no new privileges, a read-only root and no way out`, () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const at = yield* hostDirectory
        fs.chmodSync(at(""), 0o755)
        fs.mkdirSync(at("work"))
        fs.chownSync(at("work"), uid, uid)
        const { lines, stderr } = yield* boxes.shell(
          `id -u; pwd; touch here ~/there
           grep -E '^(CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs)' /proc/self/status | cut -f 2
           touch /file /etc/file /usr/file /run/loop/file 2>&1 | grep -c 'Read-only'
           for file in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/kcore; do
             if (: >> $file) 2>/dev/null; then echo open $file; fi
           done; echo protected
           ls /sys/class/net /root /home 2>/dev/null; grep -c : /proc/net/dev
           (exec 3<>/dev/tcp/1.1.1.1/80) 2>&1 | grep -o 'Network is unreachable' | head -n 1; hostname
           cat /proc/keys /proc/timer_list 2>/dev/null | grep -c .; stat -f -c %T /tmp /var/tmp
           for each in ${namespaces.join(" ")}; do readlink /proc/self/ns/$each; done`,
          { workDir: at("work") }
        )
        const nothing = "0000000000000000"
        const walled = lines.filter((line) => line.includes(":["))
        const ours = namespaces.flatMap((each) => fs.readlinkSync(`/proc/self/ns/${each}`))
        assert.strictEqual(walled.length, namespaces.length)
        for (const each of ours) assert.notInclude(walled, each)
        assert.deepStrictEqual(
          [lines.filter((line) => !line.includes(":[")), stderr],
          [
            [
              String(uid),
              at("work"),
              nothing,
              nothing,
              nothing,
              nothing,
              "1",
              "4",
              "protected",
              "1",
              "Network is unreachable",
              "loop",
              "0",
              "tmpfs",
              "tmpfs"
            ],
            ""
          ]
        )
        assert.strictEqual(fs.statSync(at("work/here")).uid, uid)
      })
    )
  }

  it.effect(
    "is begun by this machine's own programs, which know nothing of what a box may set: its environment, its home",
    () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const at = yield* hostDirectory
        fs.chmodSync(at(""), 0o755)
        fs.mkdirSync(at("work"))
        fs.chownSync(at("work"), notRoot, notRoot)
        // The loader writes there for each program that is started with these; nobody in the box can.
        const loader = (to: string) => ({ LD_DEBUG: "files", LD_DEBUG_OUTPUT: to, BASH_ENV: "/tmp/nothing" })
        const spec = boxes.spec([])
        const bin = path.join(spec.home, ".local", "bin")
        fs.mkdirSync(bin, { recursive: true })
        for (const name of ["bwrap", "systemd-run", "setpriv", "prlimit", "bash", "env"]) {
          fs.writeFileSync(path.join(bin, name), `#!/bin/sh\ntouch ${at(`ran-${name}`)}\n`, { mode: 0o755 })
        }
        const over = { channelId: spec.channelId, home: spec.home, workDir: at("work") }
        const outside = yield* boxes.shell("echo $LD_DEBUG_OUTPUT", { ...over, env: loader(at("loaded")) })
        assert.include(outside.lines, at("loaded"))
        assert.deepStrictEqual(fs.readdirSync(at("")), ["work"])

        const inside = yield* boxes.shell("/bin/true; stat -c %u /tmp/loaded.* | sort -u", {
          ...over,
          env: loader("/tmp/loaded")
        })
        assert.deepStrictEqual(inside.lines, [String(notRoot)])
      })
  )

  it.effect("knows nothing of the host's environment, files and processes", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      process.env["LOOP_TEST_SECRET"] = "host"
      const { lines } = yield* boxes.shell(
        `env | grep -c LOOP_TEST_SECRET; ls /etc/shadow /etc/ssh ${boxes.home}/run 2>&1 | grep -c 'No such file'; ls -d /proc/[0-9]* | wc -l`
      )
      delete process.env["LOOP_TEST_SECRET"]
      assert.deepStrictEqual(lines.slice(0, 2), ["0", "3"])
      assert.isBelow(Number(lines[2]), 10)
    })
  )

  it.effect("keeps stdout and stderr apart, ends at the end of input and tells its exit", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const box = yield* sandbox.start(
        boxes.spec(["/bin/bash", "-c", "while read -r x; do echo $x; done; echo why >&2; exit 4"])
      )
      yield* box.write("ö€😀")
      yield* box.closeInput
      assert.deepStrictEqual(yield* finish(box), {
        lines: ["ö€😀"],
        stderr: "why\n",
        exit: { code: 4, outOfMemory: false }
      })
      assert.strictEqual((yield* Effect.flip(box.write("late"))).reason, "vanished")
      assert.strictEqual((yield* Effect.flip(box.signal("SIGINT"))).reason, "vanished")
      yield* box.kill
    })
  )

  it.effect("hands signals to the agent, shows what runs in it, and leaves nothing when it is killed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec([
        "/bin/bash",
        "-c",
        "trap 'echo interrupted' INT; setsid tail -f /dev/null & until grep -q tail /proc/$!/comm; do :; done; echo ready; while :; do read -r x; done"
      ])
      const box = yield* sandbox.start(spec)
      yield* until(box, "ready")
      yield* box.signal("SIGINT")
      yield* until(box, "interrupted")
      const processes = yield* box.processes
      assert.deepStrictEqual(processes.map(({ command }) => command.split(" ")[0]).sort(), ["/bin/bash", "tail"])
      assert.deepStrictEqual(
        (yield* sandbox.list).map(({ processId, running }) => [processId, running]),
        [[spec.processId, true]]
      )
      yield* box.kill
      assert.deepStrictEqual(
        processes.filter(({ pid }) => isAlive(pid)),
        []
      )
      assert.deepStrictEqual(yield* sandbox.list, [])
      yield* box.kill
    })
  )

  it.effect("cannot be adopted: what is left of it is killed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec(["/bin/bash", "-c", "echo ready; exec tail -f /dev/null"])
      const box = yield* sandbox.start(spec)
      yield* until(box, "ready")
      const processes = yield* box.processes
      assert.isUndefined(yield* sandbox.adopt(spec.processId, 0))
      assert.deepStrictEqual(
        processes.filter(({ pid }) => isAlive(pid)),
        []
      )
      assert.strictEqual((yield* box.exit).code, 137)
    })
  )

  it.effect("of a program that is not there fails in its own words", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const { exit } = yield* Effect.gen(function* () {
        const box = yield* (yield* Sandbox).start(boxes.spec(["/no/such/program"]))
        return yield* Effect.ensuring(finish(box), box.kill)
      })
      assert.notStrictEqual(exit.code, 0)
    })
  )

  it.effect("can be made here, and is made of the CLI that is installed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      yield* sandbox.check
      assert.match(yield* sandbox.fingerprint("any"), /^bubblewrap:.*\/claude:\d+$/)
    })
  )
})

describe("bubblewrap's limits", () => {
  const limits = { memoryMb: 100, cpus: 1.5, pids: 7 }
  const there = () => true

  it("come from systemd where it runs", () => {
    assert.includeMembers([...Limits.outside("systemd", limits)], ["MemoryMax=100M", "CPUQuota=150%", "TasksMax=7"])
    assert.notInclude(Limits.outside("systemd", limits), "--user")
    assert.include(Limits.outside("systemd-user", limits), "--user")
    assert.strictEqual(Limits.inside("systemd-user", limits, there)[0], "/usr/bin/env")
    assert.deepStrictEqual(Limits.caveats("systemd"), [])
  })

  it("are what a process can be told elsewhere, and the rest is named", () => {
    assert.include(Limits.inside("prlimit", limits, there), "--nproc=7")
    assert.notInclude(Limits.inside("none", limits, there), "--nproc=7")
    assert.deepStrictEqual([Limits.outside("prlimit", limits), Limits.inside("none", limits, () => false)], [[], []])
    assert.include(Limits.caveats("prlimit")[0], "memory and CPUs here")
    assert.include(Limits.caveats("none")[0], "memory, CPUs and processes here")
  })
})

describe("bubblewrap's refusals", () => {
  it.each([
    ["no_engine", "spawn bwrap ENOENT", "ENOENT"],
    ["no_rights", "bwrap: No permissions to create new namespace", undefined],
    ["bad_mount", "bwrap: Can't find source path /x: No such file or directory", undefined],
    ["disk_full", "bwrap: write: No space left on device", undefined],
    ["other", "bwrap: something new", undefined]
  ] as const)("are %s: %s", (reason, words, code) => {
    assert.strictEqual(failure("box", words, code).reason, reason)
  })
})

describe("a process's line in /proc", () => {
  it("may hold anything in its name", () => {
    const rest = Array.from({ length: 20 }, (_, index) => index + 5).join(" ")
    assert.deepInclude(parseStat(`12 (a) S 3 (b)) R 4 ${rest}`), { pid: 12, ppid: 4, state: "R", started: 22 })
    assert.isUndefined(parseStat(""))
  })
})
