/** The host's own proxies, as its environment names them. */
import * as net from "node:net"
import * as tls from "node:tls"
import { dial } from "./Internet.ts"

export type Env = Readonly<Record<string, string | undefined>>

const variable = (env: Env, name: string): string => env[name.toLowerCase()] ?? env[name.toUpperCase()] ?? ""

/** `host`, `.host`, `host:port` or `*`, as curl and others read it: a name covers what is below it, too. */
const exempt = (list: string, host: string, port: number): boolean =>
  list.split(/[\s,]+/).some((entry) => {
    const [, named = "", at] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (entry === "*") return true
    if (named === "" || (at !== undefined && Number(at) !== port)) return false
    return host === named || host.endsWith(`.${named}`)
  })

/** The proxy through which this machine reaches a host; undefined: directly. */
export const proxyFor = (env: Env, scheme: "http" | "https", host: string, port: number): URL | undefined => {
  const text = variable(env, `${scheme}_proxy`) || variable(env, "all_proxy")
  if (text === "" || exempt(variable(env, "no_proxy"), host, port)) return undefined
  const address = text.includes("://") ? text : `http://${text}`
  return URL.canParse(address) && /^https?:/.test(address) ? new URL(address) : undefined
}

export const authorization = (proxy: URL): string | undefined =>
  proxy.username === ""
    ? undefined
    : `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString("base64")}`

/** A connection to the proxy itself. */
export const connect = async (proxy: URL): Promise<net.Socket> => {
  const host = proxy.hostname.replace(/^\[|\]$/g, "")
  const secure = proxy.protocol === "https:"
  const socket = await dial(host, Number(proxy.port) || (secure ? 443 : 80))
  if (!secure) return socket
  return new Promise((resolve, reject) => {
    const name = net.isIP(host) === 0 ? { servername: host } : {}
    const secured = tls.connect({ socket, ...name }, () => {
      secured.off("error", reject)
      resolve(secured)
    })
    secured.once("error", reject)
  })
}

const LONGEST_ANSWER = 16 * 1024

/** Has the proxy connect to `where`; what it sends behind its answer stays in the socket. */
export const tunnel = async (proxy: URL, where: string): Promise<net.Socket> => {
  const socket = await connect(proxy)
  const secret = authorization(proxy)
  const credentials = secret === undefined ? "" : `Proxy-Authorization: ${secret}\r\n`
  socket.write(`CONNECT ${where} HTTP/1.1\r\nHost: ${where}\r\n${credentials}\r\n`)
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const fail = (reason: Error) => {
      socket.destroy()
      reject(reason)
    }
    const ended = () => fail(new Error("the host's proxy closed the connection"))
    const hear = () => {
      for (let piece: Buffer | null; (piece = socket.read() as Buffer | null) !== null;) {
        head = Buffer.concat([head, piece])
        const end = head.indexOf("\r\n\r\n")
        if (end === -1 && head.length < LONGEST_ANSWER) continue
        for (const [name, listener] of listeners) socket.off(name, listener)
        const [status = ""] = head.toString("latin1").split("\r\n", 1)
        if (!/^HTTP\/1\.[01] 2\d\d/.test(status)) return fail(new Error(`the host's proxy answered: ${status}`))
        socket.unshift(head.subarray(end + 4))
        return resolve(socket)
      }
    }
    const listeners = [
      ["readable", hear],
      ["end", ended],
      ["error", fail]
    ] as const
    for (const [name, listener] of listeners) socket.on(name, listener)
  })
}
