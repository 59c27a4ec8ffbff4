/** A request's body, read whole: the call has to be known before it is let through, and may be made again with another model. */
import { Effect } from "effect"
import type { IncomingMessage } from "node:http"
import { createHash } from "node:crypto"
import type { ModelCall } from "../../services/ModelRelay.ts"

/** The API takes 32 MB. https://docs.claude.com/en/api/errors#http-errors */
export const mostBytes = 33 * 1024 * 1024

/**
 * Undefined: it is too large. Rejects when the agent hangs up. Once the signal fires nothing of it is kept or read any more;
 * what is left of the request is for the caller to destroy.
 */
export const read = async (request: IncomingMessage, signal: AbortSignal): Promise<Buffer | undefined> => {
  const parts: Array<Buffer> = []
  let size = 0
  signal.addEventListener("abort", () => (parts.length = 0), { once: true })
  // A request that is destroyed takes its connection with it, and with that the answer that says why.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length
    if (signal.aborted || size > mostBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/**
 * A body for as long as it is needed. It is given on as itself, never as its bytes: whatever still waits for the end of the
 * answer (undici keeps a request until then) would keep those in memory.
 */
export const holding = (read: Buffer, giveBack: Effect.Effect<void>) => {
  let bytes = read
  return {
    bytes: () => bytes,
    size: () => bytes.length,
    /** Makes it a request of another model. */
    toModel: (model: string): void => void (bytes = Buffer.from(JSON.stringify({ ...parse(bytes), model }))),
    drop: Effect.suspend(() => {
      bytes = Buffer.alloc(0)
      return giveBack
    }),
    *[Symbol.iterator]() {
      yield bytes
    }
  }
}
export type Held = ReturnType<typeof holding>

/** Megabytes that it will take, as far as it says so. */
export const weight = ({ headers }: IncomingMessage): number => {
  const length = Number(headers["content-length"] ?? mostBytes)
  return Math.max(1, Math.ceil(Math.min(Number.isFinite(length) ? length : mostBytes, mostBytes) / 1024 / 1024))
}

/** What a repeated request is known by. */
export const nameOf = (body: Held): string => createHash("sha256").update(body.bytes()).digest("base64")

const parse = (body: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"))
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** What is no JSON is a call of no model: the API says what it thinks of it. */
export const callOf = (body: Held): ModelCall => {
  const { max_tokens, model } = parse(body.bytes())
  return {
    model: typeof model === "string" ? model : "",
    bytes: body.size(),
    maxTokens: typeof max_tokens === "number" && max_tokens > 0 ? max_tokens : 0
  }
}
