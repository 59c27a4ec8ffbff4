/** The internet as this machine sees it: names and connections. The one place of egress that looks names up. */
import { Context, Layer } from "effect"
import { lookup } from "node:dns/promises"
import * as net from "node:net"
import { networkInterfaces } from "node:os"
import * as tls from "node:tls"

export class Internet extends Context.Service<
  Internet,
  {
    /** Every address of a name, in the order of preference; empty where there is none. */
    readonly resolve: (name: string) => Promise<ReadonlyArray<string>>
    /** Connects to an address and to nothing else. Rejects when nobody answers in time. */
    readonly dial: (address: string, port: number) => Promise<net.Socket>
    /** This machine's own addresses: what listens there is not meant for boxes either. */
    readonly own: () => ReadonlyArray<string>
    /** Whom this machine trusts to name servers; PEM. */
    readonly authorities: () => Array<string>
  }
>()("loop/layers/egress/Internet") {}

/** How long an address may take to answer before the next one is tried, in milliseconds. */
const PATIENCE = 10_000

/** Half-open stays open: the other direction may still have something to say. */
export const dial = (address: string, port: number): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host: address, port, allowHalfOpen: true, noDelay: true })
    const late = () => socket.destroy(new Error(`${address} did not answer within ${PATIENCE / 1000} seconds`))
    socket.setTimeout(PATIENCE, late)
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.setTimeout(0)
      socket.off("timeout", late)
      socket.off("error", reject)
      resolve(socket)
    })
  })

/** A name that cannot be found has no address; a resolver that fails is told apart by its error. */
const resolve = async (name: string): Promise<ReadonlyArray<string>> => {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOTFOUND") return []
    throw cause
  }
}

const own = (): ReadonlyArray<string> =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))

let trusted: Array<string> | undefined

/** Node's own list with what NODE_EXTRA_CA_CERTS adds, and this machine's; read once. */
const authorities = (): Array<string> =>
  (trusted ??= [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])])

export const layer = Layer.succeed(Internet, Internet.of({ resolve, dial, own, authorities }))
