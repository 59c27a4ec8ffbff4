/** A client of `/api/ws` that reads one event after the other. */
import { Effect } from "effect"
import { type ClientOptions, WebSocket } from "ws"
import { Api } from "./Api.ts"
import type { SeenEvent } from "./EventClient.ts"

/** What came of the handshake: the status of a refusal. */
export const refused = Effect.fnUntraced(function* (query: string, options: ClientOptions) {
  const api = yield* Api
  return yield* Effect.promise(
    () =>
      new Promise<{ readonly status: number; readonly type: string }>((done, failed) => {
        const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/ws${query}`, options)
        socket.on("error", () => {})
        socket.on("open", () => failed(new Error("it was accepted")))
        socket.on("unexpected-response", (request, { headers, statusCode }) => {
          request.destroy()
          done({ status: statusCode ?? 0, type: headers["content-type"] ?? "" })
        })
      })
  )
})

/** Connected when this returns; closed with the scope. */
export const connect = Effect.fnUntraced(function* (query = "", options: ClientOptions = {}) {
  const api = yield* Api
  const socket = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new WebSocket(`${api.url.replace("http", "ws")}/api/ws${query}`, {
          headers: { authorization: `Bearer ${api.token}` },
          ...options
        })
    ),
    (open) => Effect.sync(() => open.terminate())
  )
  const frames: Array<SeenEvent> = []
  let arrived = () => {}
  socket.on("message", (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as SeenEvent)
    arrived()
  })
  const closed = new Promise<number>((resolve) => socket.once("close", resolve))
  const pinged = new Promise<void>((resolve) => socket.once("ping", () => resolve()))
  yield* Effect.promise(
    () =>
      new Promise<void>((resolve, reject) => {
        socket.once("open", resolve)
        socket.once("error", reject)
      })
  )
  const take = async (): Promise<SeenEvent> => {
    for (;;) {
      const frame = frames.shift()
      if (frame !== undefined) return frame
      await new Promise<void>((resolve) => void (arrived = resolve))
    }
  }
  const next = Effect.promise(take)
  const until = (type: string): Effect.Effect<SeenEvent> =>
    Effect.flatMap(next, (event) => (event.type === type ? Effect.succeed(event) : until(type)))
  return { socket, next, until, closed: Effect.promise(() => closed), pinged: Effect.promise(() => pinged) }
})
