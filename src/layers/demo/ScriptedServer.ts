/**
 * The scripted model on the wire: `POST /v1/messages` with SSE answers, on a loopback port or a Unix socket. Used by
 * `--demo`; tests and measurements hook into it to record requests and to hold answers.
 */
import { Effect, FiberSet, Option, Schema } from "effect"
import * as Http from "node:http"
import { type AddressInfo } from "node:net"
import { type MessagesRequest, standing } from "./Conversation.ts"
import { type Reply, reply, type Step } from "./ScriptedModel.ts"

/** The places at which an answer can be held. */
export type Point = "first byte" | "middle" | "end"

/** One request as it came. */
export interface Received {
  readonly serial: number
  readonly method: string
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  readonly body: MessagesRequest | undefined
  readonly prompt: string
  readonly session: string | undefined
  readonly attempt: number
  readonly at: number
}

export interface Hooks {
  /** Milliseconds between the words of an answer. */
  readonly pace?: number
  /** Sees each request before it is answered; may answer it in the script's place. */
  readonly received?: (request: Received) => Effect.Effect<Option.Option<Reply>>
  /** Awaited when an answer reaches the point. */
  readonly reached?: (point: Point, request: Received) => Effect.Effect<void>
}

/** The listening address is taken or may not be used. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", { cause: Schema.Defect() }) {}

const decodeBody = (text: string): MessagesRequest | undefined => {
  try {
    return JSON.parse(text) as MessagesRequest
  } catch {
    return undefined
  }
}

const readBody = (request: Http.IncomingMessage) =>
  Effect.callback<string>((resume) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => resume(Effect.succeed(Buffer.concat(parts).toString("utf8"))))
  })

/** Counts the tries of one conversation; forgets the oldest of very many. */
const makeAttempts = () => {
  const seen = new Map<string, number>()
  return (session: string | undefined, body: MessagesRequest | undefined, prompt: string): number => {
    const length = (body?.messages ?? []).filter((message) => message.role !== "system").length
    const key = `${session} ${length} ${prompt.slice(0, 200)}`
    const attempt = seen.get(key) ?? 0
    seen.delete(key)
    seen.set(key, attempt + 1)
    if (seen.size > 1000) seen.delete(seen.keys().next().value!)
    return attempt
  }
}

const writeStep = (response: Http.ServerResponse, step: Step) => {
  switch (step._tag) {
    case "Frame":
      return Effect.sync(() => void response.write(step.text))
    case "Pause":
      return Effect.sleep(step.delay)
    case "Hang":
      return Effect.never
    case "Cut":
      return Effect.sync(() => void response.socket?.destroySoon())
  }
}

const send = Effect.fnUntraced(function* (
  response: Http.ServerResponse,
  answer: Reply,
  reached: (point: Point) => Effect.Effect<void>
) {
  yield* reached("first byte")
  if (answer._tag === "Refusal") {
    response.writeHead(answer.error.status, answer.error.headers)
    response.end(answer.error.body)
    return
  }
  if (answer._tag === "Silence") return void response.socket?.destroySoon()
  if (answer._tag === "Whole") {
    response.writeHead(200, { "content-type": "application/json" })
    response.end(answer.body)
    return
  }
  yield* Effect.sleep(answer.delay)
  if (answer.hang) return yield* Effect.never
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
  const deltas = answer.steps.flatMap((step, index) => (step._tag === "Frame" && step.delta ? [index] : []))
  const middle = deltas[Math.floor(deltas.length / 2)]
  for (const [index, step] of answer.steps.entries()) {
    if (index === middle) yield* reached("middle")
    if (index === answer.steps.length - 2) yield* reached("end")
    yield* writeStep(response, step)
  }
  response.end()
})

/** Listens until the scope closes; gives the base URL (of a Unix socket: any host will do). */
export const listen = Effect.fn("ScriptedServer.listen")(function* (
  address: { readonly socketPath: string } | { readonly port: number },
  hooks: Hooks = {}
) {
  const run = yield* FiberSet.makeRuntime<never>()
  const attempts = makeAttempts()
  let serial = 0

  const handle = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse) {
    const body = decodeBody(yield* readBody(request))
    const prompt = body === undefined ? "" : standing(body).prompt
    const session = request.headers["x-claude-code-session-id"]?.toString()
    if (request.method !== "POST" || body === undefined) return void response.writeHead(200).end()
    const received: Received = {
      serial: ++serial,
      method: request.method,
      path: request.url ?? "",
      headers: request.headers,
      body,
      prompt,
      session,
      attempt: attempts(session, body, prompt),
      at: performance.now()
    }
    const instead = hooks.received === undefined ? Option.none<Reply>() : yield* hooks.received(received)
    const answer = Option.getOrElse(instead, () =>
      reply({ request: body, attempt: received.attempt, serial: received.serial, pace: hooks.pace ?? 0 })
    )
    yield* send(response, answer, (point) => hooks.reached?.(point, received) ?? Effect.void)
  })

  const server = Http.createServer((request, response) => {
    const fiber = run(handle(request, response))
    response.on("close", () => fiber.interruptUnsafe())
  })
  yield* Effect.acquireRelease(
    Effect.callback<void, ListenFailed>((resume) => {
      server.once("error", (cause) => resume(Effect.fail(new ListenFailed({ cause }))))
      const ready = () => resume(Effect.void)
      if ("socketPath" in address) server.listen(address.socketPath, ready)
      else server.listen(address.port, "127.0.0.1", ready)
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  return "socketPath" in address ? "http://model.invalid" : `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
