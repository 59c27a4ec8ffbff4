/** The host's ssh-agent for one process, message by message: what is not listing or signing never reaches it. */
import { createHash } from "node:crypto"
import * as net from "node:net"
import { FAILED, isOffered, listOnly, wishOf } from "../../domain/secrets/SshAgent.ts"

/** No message of use is longer, in bytes. */
const LARGEST = 256 * 1024
/** A key may have to be confirmed by a person, in milliseconds. */
const PATIENCE = 60_000

export interface AgentWatch {
  /** The operator's list where the channel has the agent, else none. */
  readonly keys: () => Promise<ReadonlyArray<string>>
  /** Before a signature is made; one that cannot be told of is not made. */
  readonly signing: (fingerprint: string, purpose: string) => Promise<void>
  readonly refused: (detail: string) => void
}

const fingerprintOf = (key: Uint8Array): string =>
  `SHA256:${createHash("sha256").update(key).digest("base64").replaceAll("=", "")}`

const framed = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(message.length)
  return Buffer.concat([head, message])
}

/** Messages of a stream, one after the other; throws for what is none. */
async function* messages(stream: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let heard = Buffer.alloc(0)
  for await (const piece of stream) {
    heard = Buffer.concat([heard, piece])
    while (heard.length >= 4) {
      const length = heard.readUInt32BE(0)
      if (length === 0 || length > LARGEST) throw new Error("this is no message to an ssh-agent")
      if (heard.length < 4 + length) break
      yield heard.subarray(4, 4 + length)
      heard = heard.subarray(4 + length)
    }
  }
}

/** One question to the host's agent on a connection of its own. */
const ask = async (socket: string, message: Uint8Array): Promise<Uint8Array> => {
  const agent = net.connect({ path: socket })
  agent.setTimeout(PATIENCE, () => agent.destroy(new Error("the host's ssh-agent does not answer")))
  try {
    agent.write(framed(message))
    for await (const answer of messages(agent)) return answer
    throw new Error("the host's ssh-agent ended without an answer")
  } finally {
    agent.destroy()
  }
}

export const make = (socket: string | undefined, watch: AgentWatch): net.Server => {
  const answerTo = async (message: Uint8Array): Promise<Uint8Array> => {
    const keys = await watch.keys()
    const wish = wishOf(message)
    if (keys.length === 0) throw new Error("this channel has no ssh-agent")
    if (socket === undefined || socket === "") throw new Error("no ssh-agent runs where Loop does (SSH_AUTH_SOCK)")
    const keep = (key: Uint8Array) => isOffered(keys, fingerprintOf(key))
    switch (wish._tag) {
      case "List":
        return listOnly(await ask(socket, message), keep) ?? FAILED
      case "Sign": {
        const fingerprint = fingerprintOf(wish.key)
        if (!keep(wish.key)) throw new Error(`the key ${fingerprint} is not in ssh_agent_keys`)
        await watch.signing(fingerprint, wish.purpose)
        return ask(socket, message)
      }
      case "Other":
        throw new Error(`a box may list keys and have things signed, not send messages of type ${wish.type}`)
    }
  }

  const serve = async (inner: net.Socket): Promise<void> => {
    inner.on("error", () => undefined)
    try {
      for await (const message of messages(inner)) {
        const answer = await answerTo(message).catch((cause: unknown) => {
          watch.refused(cause instanceof Error ? cause.message : String(cause))
          return FAILED
        })
        inner.write(framed(answer))
      }
      inner.end()
    } catch {
      // No agent's protocol, or gone.
      inner.destroy()
    }
  }

  const server = net.createServer((inner) => void serve(inner))
  server.maxConnections = 32
  return server
}
