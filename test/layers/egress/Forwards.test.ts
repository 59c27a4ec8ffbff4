/** Ports of a real box's loopback: what they lead to, and that who leads there is none of the agent's. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as net from "node:net"
import { forwards, proxyEnv } from "../../../src/domain/egress/Inside.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SecretsLive from "../../../src/layers/secrets/SecretsLive.ts"
import * as SandboxBubblewrap from "../../../src/layers/sandbox/SandboxBubblewrap.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, boxesOver, dockerParts, settings, until } from "../../support/Boxes.ts"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

const egress = <A, E, R>(below: Layer.Layer<A, E, R>) =>
  Layer.provide(Layer.effect(Egress, EgressProxy.make({})), SecretsLive.layer).pipe(
    Layer.provideMerge(StandIn.layer),
    Layer.provideMerge(below)
  )

const inDocker = boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
  Layer.provideMerge(egress(dockerParts(settings())))
)
const inBubblewrap = boxesOver(SandboxBubblewrap.layer).pipe(Layer.provideMerge(egress(settings())))

/** A service of this machine's loopback. */
const database = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined)
      socket.write("the database\n")
    })
    server.listen(0, "127.0.0.1", () =>
      resume(Effect.succeed({ port: (server.address() as net.AddressInfo).port, close: () => void server.close() }))
    )
  }),
  ({ close }) => Effect.sync(close)
)

for (const [wall, world] of [
  ["a container", inDocker],
  ["bubblewrap", inBubblewrap]
] as const) {
  layer(world, real)(`in ${wall}`, (it) => {
    it.effect(
      "a named service of the host is at its port, from the first moment, and its way is not among the agent's processes",
      () =>
        Effect.gen(function* () {
          const boxes = yield* Boxes
          const sandbox = yield* Sandbox
          const { port } = yield* database
          const policy = Line.policy({ host_services: [String(port)] })
          const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; read -r line <&3; echo "$line"; tail -f /dev/null & echo ready; wait`
          const spec = boxes.spec(["/bin/bash", "-c", script], { env: proxyEnv(policy), forwards: forwards(policy) })
          yield* Line.open(spec.processId, policy)
          const box = yield* sandbox.start(spec)
          const lines = yield* until(box, "ready")
          assert.deepStrictEqual(lines, ["the database", "ready"])
          const commands = (yield* box.processes).map(({ command }) => command.split(" ")[0])
          // The shell, and what it has begun: itself once more until that is the other program.
          assert.lengthOf(commands, 2)
          for (const command of commands) assert.include(["/bin/bash", "tail"], command)
          // The agent's signals reach the agent.
          yield* box.signal("SIGTERM")
          yield* box.exit
          yield* box.kill
        }).pipe(Effect.scoped)
    )
  })
}
