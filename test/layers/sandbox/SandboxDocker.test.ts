import { assert, layer } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { Engine } from "../../../src/layers/sandbox/Engine.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, docker, finish, hostDirectory, until } from "../../support/Boxes.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

layer(docker(), real)("a container", (it) => {
  it.effect("has no capability, no new privileges, a read-only root and a /tmp to run programs in", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const { lines } = yield* boxes.shell(
        `grep -E '^(CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs)' /proc/self/status
         touch /file /etc/file /usr/file /run/loop/file 2>&1 | grep -c 'Read-only'
         printf '#!/bin/sh\\necho ran' > /tmp/program && chmod +x /tmp/program && /tmp/program`
      )
      const nothing = "0000000000000000"
      assert.deepStrictEqual(lines, [
        ...["CapPrm", "CapEff", "CapBnd", "CapAmb"].map((set) => `${set}:\t${nothing}`),
        "NoNewPrivs:\t1",
        "4",
        "ran"
      ])
    })
  )

  it.effect("has no route: no device but loopback, no address resolved, no connection made", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const { lines } = yield* boxes.shell(
        `ls /sys/class/net; curl -sS http://1.1.1.1/ 2>&1 | head -c 7; echo; getent hosts registry.npmjs.org || echo unknown`
      )
      assert.deepStrictEqual(lines, ["lo", "curl: (", "unknown"])
    })
  )

  it.effect("works at the project's own path, as its owner, with a HOME of the channel's own", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const at = yield* hostDirectory
      const owner = { uid: process.getuid?.() === 0 ? 1234 : process.getuid!(), gid: process.getgid!() }
      fs.mkdirSync(at("project"))
      fs.chownSync(at("project"), owner.uid, owner.gid)
      const spec = boxes.spec(
        ["/bin/bash", "-c", `pwd; id -u; id -g; whoami; echo $HOME; touch here ~/there; date +%Z`],
        {
          workDir: at("project")
        }
      )
      const box = yield* (yield* Sandbox).start(spec)
      const { lines, exit } = yield* finish(box)
      yield* box.kill
      assert.deepStrictEqual(lines.slice(0, 5), [at("project"), `${owner.uid}`, `${owner.gid}`, "agent", spec.home])
      assert.match(lines[5] ?? "", /^CES?T$/)
      assert.deepStrictEqual(exit, { code: 0, outOfMemory: false })
      assert.strictEqual(fs.statSync(at("project/here")).uid, owner.uid)
      assert.strictEqual(fs.statSync(path.join(spec.home, "there")).uid, owner.uid)
      assert.strictEqual(fs.statSync(spec.home).mode & 0o777, 0o700)
    })
  )

  it.effect("keeps lines of any length whole, in UTF-8, and apart from stderr", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const { lines, stderr, exit } = yield* boxes.shell(
        `python3 -c 'import sys
sys.stderr.write("x" * 9000 + "the end")
print("ö€😀" * 700_000)
print("last", end="")
sys.exit(7)'`
      )
      assert.deepStrictEqual(
        lines.map((line) => line.length),
        [2_800_000, 4]
      )
      assert.isTrue(lines[0] === "ö€😀".repeat(700_000))
      assert.strictEqual(stderr.length, 8192)
      assert.isTrue(stderr.endsWith("xthe end"))
      assert.strictEqual(exit.code, 7)
    })
  )

  it.effect("that takes more memory than it may is ended, and says so", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const { exit } = yield* boxes.shell("exec python3 -c 'x = bytearray(200_000_000)'", {
        limits: { memoryMb: 64, cpus: 1, pids: 64 }
      })
      assert.deepStrictEqual(exit, { code: 137, outOfMemory: true })
    })
  )

  it.effect("hands signals to the agent, not to its init", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const script = `trap 'echo interrupted' INT; trap 'echo ended; exit 3' TERM; echo ready; while :; do read -r x; done`
      const box = yield* sandbox.start(boxes.spec(["/bin/bash", "-c", script]))
      yield* box.lines.pipe(
        Stream.mapEffect((line) => {
          const next = { ready: box.signal("SIGINT"), interrupted: box.closeInput }[line]
          return Effect.as(next ?? Effect.void, line)
        }),
        Stream.runCollect,
        Effect.tap((lines) => Effect.sync(() => assert.deepStrictEqual(lines, ["ready", "interrupted", "ended"])))
      )
      assert.strictEqual((yield* box.exit).code, 3)
      yield* box.kill
    })
  )

  it.effect("shows what runs in it, and nothing runs after it was killed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const mark = randomBytes(8).toString("hex")
      const spec = boxes.spec([
        "/bin/bash",
        "-c",
        `(exec -a ${mark} tail -f /dev/null) & setsid tail -f /dev/null & until grep -q tail /proc/$!/comm; do :; done; until grep -qs ^${mark} /proc/*/cmdline; do :; done; echo ready; wait`
      ])
      const box = yield* sandbox.start(spec)
      yield* until(box, "ready")
      const processes = yield* box.processes
      assert.deepStrictEqual(
        processes.map(({ command }) => command.split(" ")[0]).sort(),
        ["/bin/bash", mark, "tail"].sort()
      )
      assert.include(
        (yield* sandbox.list).map(({ processId }) => processId),
        spec.processId
      )

      yield* box.kill
      const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))
      const left = pids.filter((pid) => {
        try {
          return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark)
        } catch {
          return false
        }
      })
      assert.deepStrictEqual(left, [])
      assert.notInclude(
        (yield* sandbox.list).map(({ processId }) => processId),
        spec.processId
      )
      assert.deepStrictEqual(yield* box.processes.pipe(Effect.orElseSucceed(() => [])), [])
      yield* box.kill
    })
  )

  it.effect("that is gone refuses what is written to it", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const box = yield* sandbox.start(boxes.spec(["/bin/cat"]))
      yield* box.write("hello")
      yield* until(box, "hello")
      yield* box.kill
      assert.strictEqual((yield* Effect.flip(box.write("anybody?"))).reason, "vanished")
      assert.strictEqual((yield* Effect.flip(box.signal("SIGINT"))).reason, "vanished")
    })
  )

  it.effect("goes on when its supervisor lets go of it, and another one takes it over with all it said", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec(["/bin/bash", "-c", 'echo started; while read -r line; do echo "heard $line"; done'])
      yield* Effect.scoped(
        Effect.gen(function* () {
          const box = yield* sandbox.start(spec)
          yield* box.write("first")
          yield* until(box, "heard first")
        })
      )
      const box = yield* sandbox.adopt(spec.processId, 0)
      if (box === undefined) return assert.fail("it was not there any more")
      yield* box.write("second")
      assert.deepStrictEqual(yield* until(box, "heard second"), ["started", "heard first", "heard second"])
      yield* box.kill
      assert.isUndefined(yield* sandbox.adopt(spec.processId, 0))
    })
  )

  it.effect("that has ended meanwhile still gives its last lines and its exit", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec(["/bin/bash", "-c", "read -r x; echo done; echo why >&2; exit 5"])
      yield* Effect.scoped(
        Effect.gen(function* () {
          const box = yield* sandbox.start(spec)
          yield* box.write("go")
          yield* box.exit
        })
      )
      const box = yield* sandbox.adopt(spec.processId, 0)
      if (box === undefined) return assert.fail("it was not there any more")
      assert.deepStrictEqual(yield* finish(box), {
        lines: ["done"],
        stderr: "why\n",
        exit: { code: 5, outOfMemory: false }
      })
      assert.strictEqual((yield* Effect.flip(box.write("late"))).reason, "vanished")
      assert.deepStrictEqual(
        (yield* sandbox.list).filter(({ processId }) => processId === spec.processId).map(({ running }) => running),
        [false]
      )
      yield* box.kill
    })
  )

  it.effect("of another installation is never listed, adopted or removed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const mine = boxes.spec(["/bin/cat"])
      const box = yield* sandbox.start(mine)
      yield* Effect.gen(function* () {
        const other = yield* Sandbox
        assert.deepStrictEqual(yield* other.list, [])
        assert.isUndefined(yield* other.adopt(mine.processId, 0))
        yield* other.remove(mine.processId)
      }).pipe(Effect.provide(docker(), { local: true }))
      yield* box.write("still here")
      yield* until(box, "still here")
      yield* sandbox.remove(mine.processId)
      assert.strictEqual((yield* box.exit).code, 137)
      assert.deepStrictEqual(yield* sandbox.list, [])
    })
  )

  it.effect("that cannot start, or is given up while it starts, leaves nothing behind", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec(["/bin/cat"], {
        mounts: [{ source: "/tmp/loop-no-such-place", target: "/data", readOnly: false, volume: false }]
      })
      const error = yield* Effect.flip(Effect.scoped(sandbox.start(spec)))
      assert.deepStrictEqual([error.reason, error.target], ["bad_mount", "/tmp/loop-no-such-place"])
      assert.deepStrictEqual(yield* sandbox.list, [])
      for (const moment of [1, 10, 25, 50, 100, 150]) {
        const interrupted = boxes.spec(["/bin/cat"])
        const started = yield* sandbox.start(interrupted).pipe(Effect.scoped, Effect.timeoutOption(moment))
        if (Option.isSome(started)) yield* started.value.kill
        assert.deepStrictEqual(yield* sandbox.list, [])
      }
      assert.deepStrictEqual(
        fs.readdirSync(path.join(boxes.home, "run")).filter((name) => name.endsWith(".files")),
        []
      )
    })
  )

  it.effect("that other hands removed is not listed, its agent is told, and its files go", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec(["/bin/cat"])
      const box = yield* sandbox.start(spec)
      yield* Engine.use((engine) =>
        engine.call("box", async (client) => {
          const [found] = await client.listContainers({ filters: { label: [`loop.process=${spec.processId}`] } })
          await client.getContainer(found?.Id ?? "").remove({ force: true })
        })
      )
      assert.deepStrictEqual(yield* Stream.runCollect(box.lines), [])
      assert.deepStrictEqual(yield* sandbox.list, [])
      assert.deepStrictEqual(
        fs.readdirSync(path.join(boxes.home, "run")).filter((name) => name.startsWith(`${spec.processId}.`)),
        []
      )
      yield* box.kill
    })
  )
})

layer(docker({ orphanSec: 1 }), real)("an orphan", (it) => {
  it.effect("ends itself when nobody has answered at the model's socket for long enough", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const { exit } = yield* boxes.shell("trap '' TERM INT; while :; do read -r -t 3600 x; tail -f /dev/null; done")
      assert.strictEqual(exit.code, 137)
    })
  )
})

layer(docker(), real)("the engine", (it) => {
  it.effect("answers, and is asked with what it can do", () =>
    Effect.gen(function* () {
      const engine = yield* Engine
      yield* (yield* Sandbox).check
      const { id, ...can } = yield* engine.info
      assert.isNotEmpty(id)
      assert.deepStrictEqual(can, { rootless: false, remapsUsers: false, selinux: false })
    })
  )
})
