/** One process's ways out, with a policy that a test changes, and what was told of them. */
import { Effect } from "effect"
import { mkdirSync } from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import type { NetworkPolicy } from "../../../src/domain/Channel.ts"
import type { Grant } from "../../../src/domain/egress/Policy.ts"
import type { Binding } from "../../../src/domain/secrets/Binding.ts"
import type { ProcessId } from "../../../src/domain/Ids.ts"
import { Egress, type EgressDecision } from "../../../src/services/Egress.ts"
import { Settings } from "../../../src/services/Settings.ts"

export const policy = (over: Partial<NetworkPolicy> = {}): NetworkPolicy => ({
  mode: "allowlist",
  allow: [],
  host_services: [],
  ...over
})

interface Now {
  policy: NetworkPolicy
  grants: ReadonlyArray<Grant>
  secrets: ReadonlyArray<Binding>
  sshKeys: ReadonlyArray<string>
}

export const open = Effect.fnUntraced(function* (
  processId: ProcessId,
  first: NetworkPolicy,
  sshKeys: ReadonlyArray<string> = []
) {
  const egress = yield* Egress
  const settings = yield* Settings
  const directory = settings.paths.socketDir(processId)
  mkdirSync(directory, { recursive: true })
  const now: Now = { policy: first, grants: [], secrets: [], sshKeys }
  const signed: Array<{ readonly key: string; readonly purpose: string }> = []
  const decisions: Array<EgressDecision> = []
  const carried: Array<{ readonly host: string; readonly port: number; readonly bytes: number }> = []
  yield* egress.open(processId, {
    terms: Effect.sync(() => ({ ...now })),
    decided: (decision) => Effect.sync(() => void decisions.push(decision)),
    signing: (key, purpose) => Effect.sync(() => void signed.push({ key, purpose })),
    carried: (host, port, bytes) => Effect.sync(() => void carried.push({ host, port, bytes }))
  })
  return { now, signed, decisions, carried, directory, socket: path.join(directory, "egress.sock") }
})

/** Says something to a socket, as it is, and gives everything that comes back until the other side has ended. */
export const say = (socket: string, text: string | Buffer, end = false): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const client = net.connect({ path: socket, allowHalfOpen: true })
    let heard = ""
    client.setEncoding("latin1")
    client.on("data", (piece: string) => (heard += piece))
    client.on("error", () => undefined)
    client.on("end", () => client.end())
    client.on("close", () => resume(Effect.succeed(heard)))
    if (end) client.end(text)
    else client.write(text)
    return Effect.sync(() => void client.destroy())
  })

/** A connection through the proxy, once it stands; undefined with the proxy's own answer where it does not. */
export const connect = (
  socket: string,
  where: string
): Effect.Effect<{ readonly head: string; readonly client: net.Socket }> =>
  Effect.callback((resume) => {
    const client = net.connect({ path: socket, allowHalfOpen: true })
    let head = Buffer.alloc(0)
    client.on("error", () => undefined)
    const hear = () => {
      for (let piece: Buffer | null; (piece = client.read() as Buffer | null) !== null;) {
        head = Buffer.concat([head, piece])
        const end = head.indexOf("\r\n\r\n")
        if (end === -1) continue
        client.off("readable", hear)
        if (head.length > end + 4) client.unshift(head.subarray(end + 4))
        return resume(Effect.succeed({ head: head.subarray(0, end).toString("latin1"), client }))
      }
    }
    client.on("readable", hear)
    client.write(`CONNECT ${where} HTTP/1.1\r\nHost: ${where}\r\n\r\n`)
  })
