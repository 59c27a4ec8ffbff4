/**
 * An internet for tests: names lead to addresses of the internet, and what is said to such an address reaches a server of
 * the test's on this machine. Everything in between is real.
 */
import { Context, Effect, Layer } from "effect"
import type { Server } from "node:net"
import type * as net from "node:net"
import * as RealInternet from "../../../src/layers/egress/Internet.ts"

export interface StandIn {
  /** Gives a name addresses. */
  readonly name: (name: string, ...addresses: ReadonlyArray<string>) => void
  /** What answers at an address and port: a server of this machine. */
  readonly serve: (address: string, port: number, server: Server) => Effect.Effect<number>
  /** Another answer for each time that a name is looked up. */
  readonly rebind: (name: string, ...answers: ReadonlyArray<string>) => void
  /** Every connection that was made, as `address:port`. */
  readonly dialled: Array<string>
  readonly lookedUp: Array<string>
  /** Gives this machine an address more. */
  readonly own: Array<string>
  /** PEM of authorities that are trusted. */
  readonly authorities: Array<string>
}

export class Outer extends Context.Service<Outer, StandIn>()("loop/test/Outer") {}

const make = Effect.gen(function* () {
  const names = new Map<string, Array<ReadonlyArray<string>>>()
  const ports = new Map<string, number>()
  const servers: Array<Server> = []
  const dialled: Array<string> = []
  const lookedUp: Array<string> = []
  const own: Array<string> = []
  const authorities: Array<string> = []
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const server of servers) {
        server.close()
        if ("closeAllConnections" in server)
          (server as Server & { closeAllConnections: () => void }).closeAllConnections()
      }
    })
  )
  const standIn: StandIn = {
    dialled,
    lookedUp,
    own,
    authorities,
    name: (name, ...addresses) => void names.set(name, [addresses]),
    rebind: (name, ...answers) =>
      void names.set(
        name,
        answers.map((answer) => [answer])
      ),
    serve: (address, port, server) =>
      Effect.callback((resume) => {
        servers.push(server)
        server.listen(0, "127.0.0.1", () => {
          const at = (server.address() as net.AddressInfo).port
          ports.set(`${address}:${port}`, at)
          resume(Effect.succeed(at))
        })
      })
  }
  const internet = RealInternet.Internet.of({
    resolve: async (name) => {
      lookedUp.push(name)
      const answers = names.get(name) ?? []
      return (answers.length > 1 ? answers.shift() : answers[0]) ?? []
    },
    dial: (address, port) => {
      dialled.push(`${address}:${port}`)
      const at = ports.get(`${address}:${port}`)
      return at === undefined
        ? Promise.reject(new Error(`nobody answers at ${address}:${port}`))
        : RealInternet.dial("127.0.0.1", at)
    },
    own: () => own,
    authorities: () => authorities
  })
  return { standIn, internet }
})

export const layer: Layer.Layer<Outer | RealInternet.Internet> = Layer.unwrap(
  Effect.map(make, ({ standIn, internet }) =>
    Layer.merge(Layer.succeed(Outer, standIn), Layer.succeed(RealInternet.Internet, internet))
  )
)
