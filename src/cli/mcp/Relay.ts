/**
 * What `loop mcp` does: JSON-RPC lines from stdin go to the server's `/mcp`, its answers to stdout, so that the tools
 * are written once. Plain Node without Effect: an IDE starts this for each project and waits for its first answer, and
 * loading Effect would take most of that time. Nothing but protocol is ever written to stdout.
 */
import { appendFileSync } from "node:fs"
import { createInterface } from "node:readline"

export interface Endpoint {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string
}

export interface Line {
  readonly id?: unknown
  readonly method?: unknown
}

/** It cannot be served; `message` is for people. */
export class Unreachable extends Error {}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const codeOf = (error: unknown): string => (isObject(error) && "code" in error ? ` (${String(error["code"])})` : "")

/** A request by `node:http`, which is loaded sooner than `fetch` and waits for an answer as long as it takes. */
const send = async ({ token, url }: Endpoint, path: string, body: string) => {
  const target = new URL(`${url}${path}`)
  const { request } = target.protocol === "https:" ? await import("node:https") : await import("node:http")
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    accept: "application/json, text/event-stream"
  }
  return new Promise<{ readonly status: number; readonly text: string }>((answered, failed) => {
    const sent = request(target, { method: "POST", headers }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (piece: string) => void (text += piece))
      response.on("error", failed).on("end", () => answered({ status: response.statusCode ?? 0, text }))
    })
    sent.on("error", failed).end(body)
  })
}

/** The server's JSON; undefined where it says nothing. */
export const post = async (endpoint: Endpoint, path: string, body: string): Promise<unknown> => {
  const { url } = endpoint
  const { status, text } = await send(endpoint, path, body).catch((error: unknown) => {
    throw new Unreachable(`No server answers at ${url}${codeOf(error)}. Start it with "loop serve", then try again.`)
  })
  const json = text === "" ? undefined : parsed(text)
  if (status >= 200 && status < 300 && (text === "" || json !== undefined)) return json
  if (!isObject(json)) throw new Unreachable(`What answers at ${url} is no Loop. Set LOOP_API_URL or --api-url.`)
  const hint = status === 401 ? " Set LOOP_API_TOKEN, or use the token in LOOP_HOME." : ""
  const error = json["error"]
  const said = json["detail"] ?? (isObject(error) ? error["message"] : undefined)
  throw new Unreachable(`${typeof said === "string" ? said : `The server answered ${status}.`}${hint}`)
}

/** The channel of a directory, found or made. */
export const channelOf = async (endpoint: Endpoint, directory: string): Promise<string> => {
  const made = await post(endpoint, "/api/channels", JSON.stringify({ dir_path: directory })).catch(
    (error: unknown) => {
      throw new Unreachable(
        `There is no channel for ${directory}: ${error instanceof Error ? error.message : String(error)}`
      )
    }
  )
  const id = isObject(made) ? made["channel_id"] : undefined
  if (typeof id === "string") return id
  throw new Unreachable(`What answers at ${endpoint.url} is no Loop. Set LOOP_API_URL or --api-url.`)
}

/** What a request is told that did not come through: of a tool as its result, so that the agent reads it. */
export const failureOf = ({ id, method }: Line, sentence: string): unknown =>
  method === "tools/call"
    ? { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: sentence }], isError: true } }
    : { jsonrpc: "2.0", id, error: { code: -32_603, message: sentence } }

const parseError = { jsonrpc: "2.0", id: null, error: { code: -32_700, message: "Not JSON" } }

export interface Pipes {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Told of each message: its method and how long its answer took, in milliseconds. */
  readonly log: (line: string) => void
}

/** Ends when the input has ended and everything is answered. Requests are under way side by side. */
export const relay = async (endpoint: Endpoint, channel: string, { input, log, output }: Pipes): Promise<void> => {
  const path = `/mcp?channel_id=${encodeURIComponent(channel)}`
  const write = (message: unknown) => void output.write(`${JSON.stringify(message)}\n`)

  const pass = async (text: string): Promise<void> => {
    const message = parsed(text)
    if (message === undefined) return write(parseError)
    const lines: ReadonlyArray<Line> = (Array.isArray(message) ? message : [message]).filter(isObject)
    const began = performance.now()
    const outcome = await post(endpoint, path, text).then(
      (answer) => {
        if (answer !== undefined) write(answer)
        return "answered"
      },
      (error: unknown) => {
        const sentence = error instanceof Unreachable ? error.message : String(error)
        for (const line of lines)
          if (line.id !== undefined && line.method !== undefined) write(failureOf(line, sentence))
        return sentence
      }
    )
    const methods = lines.map(({ method }) => String(method)).join(", ")
    log(`${methods}: ${outcome} in ${(performance.now() - began).toFixed(0)} ms`)
  }

  const open = new Set<Promise<void>>()
  for await (const text of createInterface({ input, terminal: false })) {
    if (text.trim() === "") continue
    const passing = pass(text).finally(() => open.delete(passing))
    open.add(passing)
  }
  await Promise.all(open)
}

/** Appends lines with their time to a file that its owner alone can read. Throws where that cannot be written. */
export const logTo = (path: string) => {
  const log = (line: string) => appendFileSync(path, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 })
  try {
    log("started")
  } catch (error) {
    throw new Unreachable(`The log ${path} cannot be written${codeOf(error)}. Name another file with --log.`)
  }
  return log
}
