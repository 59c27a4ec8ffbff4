/** One port of this machine's loopback, for one process, as long as its policy names it. */
import * as net from "node:net"
import { servicePorts } from "../../domain/egress/Inside.ts"
import { dial } from "./Internet.ts"
import type { Watch } from "./Line.ts"
import { join } from "./Tunnel.ts"

const LOOPBACK = ["127.0.0.1", "::1"]

const connect = async (port: number): Promise<net.Socket> => {
  const [first = "", second = ""] = LOOPBACK
  return dial(first, port).catch(() => dial(second, port))
}

export const make = (port: number, { carried, decided, terms }: Watch): net.Server => {
  const host = "localhost"
  const serve = async (inner: net.Socket): Promise<void> => {
    inner.on("error", () => undefined)
    try {
      const { policy } = await terms()
      if (!servicePorts(policy).includes(port)) {
        decided({ host, port, refusal: "closed" })
        return void inner.destroy()
      }
      const outer = await connect(port)
      decided({ host, port, refusal: null })
      await join(inner, outer)
      carried(host, port, outer.bytesRead + outer.bytesWritten)
    } catch {
      decided({ host, port, refusal: "unreachable" })
      inner.destroy()
    }
  }
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (inner) => void serve(inner))
  server.maxConnections = 128
  return server
}
