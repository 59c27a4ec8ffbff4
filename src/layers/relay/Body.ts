/** A request's body, read whole: the call has to be known before it is let through, and may be made again with another model. */
import type { IncomingMessage } from "node:http"
import { createHash } from "node:crypto"
import type { ModelCall } from "../../services/ModelRelay.ts"

/** The API takes 32 MB. https://docs.claude.com/en/api/errors#http-errors */
export const mostBytes = 33 * 1024 * 1024

/** Undefined: it is too large. Rejects when the agent hangs up. */
export const read = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const parts: Array<Buffer> = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > mostBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Megabytes that it will take, as far as it says so. */
export const weight = ({ headers }: IncomingMessage): number => {
  const length = Number(headers["content-length"] ?? mostBytes)
  return Math.max(1, Math.ceil(Math.min(Number.isFinite(length) ? length : mostBytes, mostBytes) / 1024 / 1024))
}

/** What a repeated request is known by. */
export const nameOf = (body: Buffer): string => createHash("sha256").update(body).digest("base64")

const parse = (body: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"))
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** What is no JSON is a call of no model: the API says what it thinks of it. */
export const callOf = (body: Buffer): ModelCall => {
  const { max_tokens, model } = parse(body)
  return {
    model: typeof model === "string" ? model : "",
    bytes: body.length,
    maxTokens: typeof max_tokens === "number" && max_tokens > 0 ? max_tokens : 0
  }
}

/** The same request of another model. */
export const withModel = (body: Buffer, model: string): Buffer => Buffer.from(JSON.stringify({ ...parse(body), model }))
