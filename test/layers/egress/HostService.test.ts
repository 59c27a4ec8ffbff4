import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as net from "node:net"
import * as Line from "../../support/egress/Line.ts"
import { real, world, newId } from "../../support/egress/World.ts"

layer(world(), real)("a service of the host", (it) => {
  it.effect("is reached by its port as long as it is named", () =>
    Effect.gen(function* () {
      const server = net.createServer((socket) => {
        socket.on("error", () => undefined)
        socket.end("the database")
      })
      const port = yield* Effect.acquireRelease(
        Effect.callback<number>((resume) => {
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
        }),
        () => Effect.sync(() => void server.close())
      )
      const line = yield* Line.open(newId(), Line.policy({ host_services: [String(port)] }))
      const socket = `${line.directory}/host-${port}.sock`
      assert.strictEqual(yield* Line.say(socket, ""), "the database")
      // Not by way of the proxy, which leads outside alone.
      assert.match((yield* Line.connect(line.socket, `127.0.0.1:${port}`)).head, /^HTTP\/1\.1 403 /)
      line.now.policy = Line.policy()
      assert.strictEqual(yield* Line.say(socket, ""), "")
      assert.deepStrictEqual(
        line.decisions.filter(({ host }) => host === "localhost"),
        [
          { host: "localhost", port, refusal: null },
          { host: "localhost", port, refusal: "closed" }
        ]
      )
    })
  )
})
