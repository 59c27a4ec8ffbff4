/** Boxes whose sockets are carried by the engine's exec stream, as where no socket can be mounted. */
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { Engine } from "../../../src/layers/sandbox/Engine.ts"
import { type Box, type BoxSpec, Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, docker, finish, until } from "../../support/Boxes.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

/** A server in the place of the supervisor's. */
const listen = (spec: BoxSpec, name: string, serve: (socket: net.Socket) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: net.Server; readonly open: Set<net.Socket> }>((resume) => {
      const open = new Set<net.Socket>()
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        open.add(socket)
        socket.on("error", () => undefined)
        socket.on("close", () => open.delete(socket))
        serve(socket)
      })
      server.listen(path.join(spec.socketDir, name), () => resume(Effect.succeed({ server, open })))
    }),
    ({ open, server }) =>
      Effect.sync(() => {
        server.close()
        for (const socket of open) socket.destroy()
      })
  )

/** Answers when all was said. */
const answering = (socket: net.Socket) => {
  let said = ""
  socket.on("data", (piece: Buffer) => (said += piece.toString()))
  socket.on("end", () => socket.end(`heard ${said}`))
}

const ask = (word: string) => `echo ${word} | socat -t 5 - UNIX-CONNECT:/run/loop/model.sock`

/** Everything that runs in a box, as its engine sees it: without `Box.processes`' own view of what counts. */
const relaysIn = (box: Box) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const label = [`loop.process=${box.processId}`]
    return yield* engine.call("relays", async (docker) => {
      const [found] = await docker.listContainers({ filters: { label } })
      const table = (await docker.getContainer(found?.Id ?? "").top({ ps_args: "-o pid,args" })) as {
        readonly Processes: ReadonlyArray<ReadonlyArray<string>>
      }
      return table.Processes.filter((row) => row.join(" ").includes("loop-relay")).map(([pid]) => Number(pid))
    })
  })

const forwards = [{ port: 3128, socket: "egress.sock" }]

layer(docker({ keys: { container_relay: "exec" } }), real)("a box with a relay", (it) => {
  it.effect(
    "reaches what stands behind a socket's name, half-closed connections and the ports of its loopback too",
    () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const sandbox = yield* Sandbox
        const script = `${ask("question")}; echo more | socat -t 5 - TCP:127.0.0.1:3128; ls /run/loop; read -r`
        const spec = boxes.spec(["/bin/bash", "-c", `${script}; echo done`], {
          forwards,
          // What acts in any program of the box but the relay, which runs without them.
          env: { NODE_OPTIONS: "--require /nowhere/evil.js", LD_PRELOAD: "/nowhere/evil.so" }
        })
        yield* listen(spec, "model.sock", answering)
        yield* listen(spec, "egress.sock", answering)
        const box = yield* sandbox.start(spec)
        assert.deepStrictEqual(yield* until(box, "model.sock"), [
          "heard question",
          "heard more",
          "egress.sock",
          "model.sock"
        ])
        assert.strictEqual((yield* relaysIn(box)).length, 1)
        assert.deepStrictEqual(
          (yield* box.processes).filter(({ command }) => command.includes("loop-relay")),
          []
        )
        yield* box.kill
      })
  )

  it.effect("sends much on many connections at once, whole, while another one is not taken from", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const sandbox = yield* Sandbox
      const program = `
        import * as net from "node:net"
        import { createHash, randomBytes } from "node:crypto"
        let stuck = 0
        const deaf = net.connect("/run/loop/egress.sock")
        const push = () => { while (deaf.write(Buffer.alloc(65536))) stuck += 65536 }
        deaf.on("drain", push)
        push()
        const echo = () => new Promise((resolve) => {
          const sent = randomBytes(1_000_000), back = createHash("sha256")
          const socket = net.connect({ path: "/run/loop/model.sock", allowHalfOpen: true })
          socket.on("data", (piece) => back.update(piece))
          socket.on("end", () => resolve(back.digest("hex") === createHash("sha256").update(sent).digest("hex")))
          socket.end(sent)
        })
        const whole = await Promise.all(Array.from({ length: 100 }, echo))
        console.log(whole.filter(Boolean).length, stuck < 4_000_000)
        process.exit(0)`
      const spec = boxes.spec(["node", "--input-type=module", "--eval", program], { forwards })
      yield* listen(spec, "model.sock", (socket) => void socket.pipe(socket))
      yield* listen(spec, "egress.sock", (socket) => void socket.pause())
      const box = yield* sandbox.start(spec)
      const { lines } = yield* Effect.ensuring(finish(box), box.kill)
      assert.deepStrictEqual(lines, ["100 true"])
    })
  )

  it.effect("cannot replace its sockets, stop the relay, look into it, or silence it by rubbish and crowds", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const sandbox = yield* Sandbox
      const crowd = `
        import * as net from "node:net"
        let closed = 0
        for (let i = 0; i < 2000; i++) {
          const socket = net.connect("/run/loop/egress.sock")
          socket.on("error", () => undefined)
          socket.on("connect", () => socket.write(Buffer.alloc(1000, i)))
          socket.on("close", () => { if (++closed === 1744) console.log("crowded out", closed) })
        }
        setTimeout(() => process.exit(0), 20_000)`
      const script = `
        pid=$(cat /run/loop/.relay)
        for trick in "rm -f /run/loop/model.sock" "mv /run/loop/model.sock /run/loop/x" "touch /run/loop/x" \
          "chmod 777 /run/loop" "kill -9 $pid" "cat /proc/$pid/environ" "ls /proc/$pid/fd/" "cat /proc/$pid/mem" \
          "dd of=/proc/$pid/fd/1 if=/dev/zero count=1" "mount -t tmpfs none /run/loop" "umount /run/loop"
        do $trick 2>/dev/null >/dev/null && echo "OUT: $trick"; done
        node --input-type=module --eval '${crowd}' &
        head -c 1000000 /dev/urandom | socat -t 1 - UNIX-CONNECT:/run/loop/model.sock >/dev/null
        read -r
        ${ask("still")}`
      const spec = boxes.spec(["/bin/bash", "-c", script], { forwards, limits: { memoryMb: 512, cpus: 2, pids: 256 } })
      yield* listen(spec, "model.sock", answering)
      yield* listen(spec, "egress.sock", () => undefined)
      const box = yield* sandbox.start(spec)
      const before = yield* relaysIn(box)
      assert.deepStrictEqual(yield* until(box, "crowded out"), ["crowded out 1744"])
      yield* box.write("")
      const { lines } = yield* finish(box)
      assert.deepStrictEqual(lines, ["heard still"])
      assert.strictEqual(before.length, 1)
      yield* box.kill
    })
  )

  it.effect("whose relay cannot start is not started, says why, and leaves nothing behind", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const sandbox = yield* Sandbox
      const node = { source: "/usr/bin/false", target: "/usr/local/bin/node", readOnly: true, volume: false }
      const spec = boxes.spec(["sleep", "3600"], { mounts: [node] })
      const error = yield* Effect.flip(sandbox.start(spec))
      assert.include(error.detail, "the relay in the box did not start; its image has to have Node.")
      assert.notInclude(
        (yield* sandbox.list).map(({ processId }) => processId),
        spec.processId
      )
    })
  )

  it.effect("is reached again after its relay has ended, and by the next supervisor with a relay of its own", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const sandbox = yield* Sandbox
      const script = `while :; do ${ask("tick")} 2>/dev/null || echo refused; sleep 0.1; done`
      const spec = boxes.spec(["/bin/bash", "-c", script])
      let supervisor = "the first"
      yield* listen(spec, "model.sock", (socket) => void socket.resume().end(`${supervisor}\n`))
      const first = yield* Effect.gen(function* () {
        const box = yield* sandbox.start(spec)
        yield* until(box, "the first")
        const [pid = 0] = yield* relaysIn(box)
        yield* Effect.sync(() => process.kill(pid, "SIGKILL"))
        supervisor = "the first again"
        yield* until(box, "the first again")
        const [next = 0] = yield* relaysIn(box)
        assert.notStrictEqual(next, pid)
        return next
      }).pipe(Effect.scoped)
      yield* Effect.suspend(() => (fs.existsSync(`/proc/${first}`) ? Effect.fail("alive") : Effect.void)).pipe(
        Effect.retry(Schedule.spaced("50 millis"))
      )
      const box = yield* sandbox.adopt(spec.processId, Date.now())
      assert.isDefined(box)
      if (box === undefined) return
      supervisor = "the second"
      yield* until(box, "the second")
      assert.strictEqual((yield* relaysIn(box)).length, 1)
      yield* box.kill
    })
  )
})

layer(docker({ orphanSec: 1, keys: { container_relay: "exec" } }), real)("an orphan with a relay", (it) => {
  it.effect("lives while its supervisor does, and ends itself when nobody carries its sockets any more", () =>
    Effect.gen(function* () {
      const boxes = yield* Boxes
      const sandbox = yield* Sandbox
      const spec = boxes.spec(["/bin/bash", "-c", "sleep 4; echo alive; sleep 3600"])
      yield* listen(spec, "model.sock", answering)
      const running = Effect.map(sandbox.list, (all) => all.find((box) => box.processId === spec.processId)?.running)
      yield* Effect.scoped(Effect.flatMap(sandbox.start(spec), (box) => until(box, "alive")))
      assert.isTrue(yield* running)
      yield* Effect.flatMap(running, (still) => (still === true ? Effect.fail("running") : Effect.void)).pipe(
        Effect.retry(Schedule.spaced("100 millis"))
      )
    })
  )
})
