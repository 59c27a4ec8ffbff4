/** From a host that the policy lets through to a connection: its addresses looked up once, looked at, and connected to. */
import type { Socket } from "node:net"
import { type Address, type Host, innerKind, joinHost, parseAddress, shownHost } from "../../domain/egress/Address.ts"
import type { Refusal } from "../../domain/egress/Policy.ts"
import * as HostProxy from "./HostProxy.ts"
import type { Internet } from "./Internet.ts"

/** `detail` is for the log. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal, detail: string) {
    super(detail)
    this.refusal = refusal
  }
}

export interface World {
  readonly internet: Internet["Service"]
  readonly env: HostProxy.Env
}

const detailOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Why an address is none of the internet's. */
const innerReason = ({ internet }: World, address: Address): string | undefined => {
  const kind = innerKind(address)
  if (kind !== undefined) return `${address.text} is ${kind}`
  const own = internet.own().some((each) => parseAddress(each)?.text === address.text)
  return own ? `${address.text} is this machine's own` : undefined
}

/**
 * The addresses that may be connected to. A name with an inner address among public ones is reached at the public ones
 * only; behind a proxy of the host a name may be unknown here: the proxy knows it.
 */
const addressesOf = async (world: World, host: Host, proxied: boolean): Promise<ReadonlyArray<Address>> => {
  if (host._tag === "Address") {
    const inner = innerReason(world, host.address)
    if (inner !== undefined) throw new Refused("inner", inner)
    return [host.address]
  }
  let texts: ReadonlyArray<string>
  try {
    texts = await world.internet.resolve(host.name)
  } catch (cause) {
    if (proxied) return []
    throw new Refused("unreachable", `its name could not be looked up: ${detailOf(cause)}`)
  }
  if (texts.length === 0) {
    if (proxied) return []
    throw new Refused("unknown", "there is no such name")
  }
  const found = texts.map((text) => ({ text, address: parseAddress(text) }))
  const outer = found.flatMap(({ address }) =>
    address !== undefined && innerReason(world, address) === undefined ? [address] : []
  )
  if (outer.length === 0) throw new Refused("inner", `it leads to ${texts.join(", ")}`)
  return outer
}

/** Checks a host that is to be asked for at a proxy of this machine. */
export const checkProxied = async (world: World, host: Host): Promise<void> => {
  await addressesOf(world, host, true)
}

/** A connection to the host; rejects with `Refused`. */
export const reach = async (world: World, host: Host, port: number, scheme: "http" | "https"): Promise<Socket> => {
  const proxy = HostProxy.proxyFor(world.env, scheme, shownHost(host), port)
  const addresses = await addressesOf(world, host, proxy !== undefined)
  if (proxy !== undefined) {
    return HostProxy.tunnel(proxy, joinHost(host, port)).catch((cause: unknown) => {
      throw new Refused("unreachable", `${proxy.host}: ${detailOf(cause)}`)
    })
  }
  let last: unknown
  for (const { text } of addresses) {
    try {
      return await world.internet.dial(text, port)
    } catch (cause) {
      last = cause
    }
  }
  throw new Refused("unreachable", detailOf(last))
}
