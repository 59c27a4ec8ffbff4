/** The whole program where no socket can be mounted into a box: everything that goes by sockets goes by the engine's exec stream. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { LABEL } from "../../src/layers/sandbox/DockerSpec.ts"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** A name that no resolver knows, so that nothing ever leaves this machine. */
const HOST = "nobody.invalid-host.example"

/** A service of this machine that boxes may reach. */
class Service extends Context.Service<Service, { readonly port: number }>()("loop/test/Service") {}

const service = Layer.effect(
  Service,
  Effect.acquireRelease(
    Effect.callback<Http.Server>((resume) => {
      const server = Http.createServer((_, response) => void response.end("a service of the host"))
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => void server.close())
  ).pipe(Effect.map((server) => ({ port: (server.address() as AddressInfo).port })))
)

const world = Layer.unwrap(
  Service.useSync(({ port }) =>
    Program.layer({ container_relay: "exec", network: { allow: [HOST], host_services: [String(port)] } })
  )
).pipe(Layer.provideMerge(service))

layer(world, { timeout: "3 minutes", excludeTestServices: true })("A server without mounted sockets", (it) => {
  it.effect("streams turns of one kept process, which reaches what is allowed and nothing else", () =>
    Effect.gen(function* () {
      const { containers } = yield* Program.Program
      const { port } = yield* Service
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const first = yield* channel.post("stream: 6 chunks with 60 ms")
      yield* page.shows((text) => text.startsWith("chunk 1 chunk 2 ") && !text.includes("chunk 6"))
      yield* channel.settled(first)

      const ways = [`http://127.0.0.1:${port}/`, `http://${HOST}/`, "http://elsewhere.example/"]
      const { said } = yield* channel.ask(`tool: bash for url in ${ways.join(" ")}; do curl -s $url; echo; done`)
      const [told = ""] = said
      assert.include(told, "a service of the host\n")
      assert.match(
        told,
        new RegExp(`Loop: ${HOST}:80 (is refused because there is no such host|is allowed but does not answer)`)
      )
      assert.include(told, "Loop: elsewhere.example:80 is not on this channel's list of hosts")

      const runs = yield* channel.runs
      assert.strictEqual(new Set(runs.map(({ session_id }) => session_id)).size, 1)
      const boxes = yield* channel.boxes
      assert.strictEqual(boxes.length, 1)
      const { Config: config, Mounts: mounts } = yield* containers.inspect(boxes[0] ?? "")
      assert.strictEqual(config.Labels[LABEL.sockets], `egress.sock host-${port}.sock model.sock`)
      assert.isFalse(mounts.some(({ Destination }) => Destination === "/run/loop"))
    })
  )

  it.effect("stops a tool at its work and answers the next message in the same session", () =>
    Effect.gen(function* () {
      const { containers, log } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const message = yield* channel.post("tool: bash tail -f /dev/null")
      const atWork = Effect.flatMap(channel.boxes, (boxes) => Effect.forEach(boxes, containers.commands)).pipe(
        Effect.map((lines) => lines.flat().filter((line) => line.includes("tail -f")))
      )
      yield* Talk.eventually(atWork, (lines) => lines.length > 0)
      const before = yield* channel.boxes
      yield* channel.stop
      assert.strictEqual((yield* channel.settled(message)).state, "stopped")
      assert.deepStrictEqual(yield* atWork, [])
      assert.deepStrictEqual((yield* channel.ask("say: and on")).said, ["and on"])
      // The relay in the box was not taken for something that the agent has left.
      assert.deepStrictEqual(yield* channel.boxes, before)
      assert.notInclude(log(), "left something running")
      assert.strictEqual(new Set((yield* channel.runs).map(({ session_id }) => session_id)).size, 1)
    })
  )

  it.effect("that is killed in mid-turn finds the turn at work when it comes back", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const gate = yield* program.api.hold("middle", "stream: 10 chunks with 80 ms")
      const message = yield* channel.post("stream: 10 chunks with 80 ms")
      yield* gate.reached
      yield* page.shows((text) => text.startsWith("chunk 1 "))
      const before = yield* channel.boxes
      yield* program.kill
      yield* gate.release
      yield* program.start()
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, [Array.from({ length: 10 }, (_, i) => `chunk ${i + 1} `).join("")])
      const [run] = yield* channel.runs
      assert.strictEqual(run?.attempt, 1)
      assert.deepStrictEqual(yield* channel.boxes, before)
      assert.deepStrictEqual((yield* channel.ask("say: still here")).said, ["still here"])
    })
  )
})
