/** A server with the part of Loop's HTTP interface that client commands use; a test scripts what becomes of a message. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Row {
  readonly message_id: string
  readonly author_id: string
  readonly author_name: string
  readonly is_bot: boolean
  readonly content: string
  readonly created_at: string
  state: string
  run_id?: string
}

export interface Channel {
  /** In order of arrival. */
  readonly rows: Array<Row>
  readonly emit: (type: string, data: unknown, run?: string) => void
  readonly say: (content: string, runId: string) => void
  readonly end: (row: Row, state: string) => void
  /** Cuts every event stream. */
  readonly cut: () => void
}

export interface Script {
  /** What happens to a message, before it is acknowledged. */
  readonly posted?: (channel: Channel, row: Row) => void
  readonly stopped?: (channel: Channel) => void
  /** Somebody listens to the events from now on. */
  readonly listened?: (channel: Channel) => void
  /** Before each answer, of its method and path. */
  readonly asked?: (channel: Channel, path: string) => void
  /** Answers by path, before anything else; `raw` is sent as it is. */
  readonly answers?: Readonly<
    Record<string, { readonly status?: number; readonly body: unknown; readonly raw?: string }>
  >
}

export const token = "t0ken"

const bodyOf = async (request: IncomingMessage): Promise<Record<string, string>> => {
  let text = ""
  for await (const piece of request) text += String(piece)
  return text === "" ? {} : (JSON.parse(text) as Record<string, string>)
}

const makeHandler = (script: Script) => {
  const rows: Array<Row> = []
  const requests: Array<string> = []
  const urls: Array<string> = []
  const posted: Array<unknown> = []
  const authorizations: Array<string | undefined> = []
  const streams = new Set<ServerResponse>()
  const journal: Array<string> = []

  const channel: Channel = {
    rows,
    emit: (type, data, run_id) => {
      const id = type === "run.text" ? undefined : journal.length + 1
      const event = {
        ...(id !== undefined && { id }),
        type,
        at: "2026-01-01T00:00:00Z",
        channel_id: "local:a",
        data,
        run_id
      }
      const frame = `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`
      if (id !== undefined) journal.push(frame)
      for (const stream of streams) stream.write(frame)
    },
    say: (content, run_id) => {
      const row = { ...author("loop", true), message_id: `bot-${rows.length}`, content, state: "sent", run_id }
      rows.push(row)
      channel.emit("message.created", row)
    },
    end: (row, state) => {
      row.state = state
      channel.emit("message.updated", row)
    },
    cut: () => {
      for (const stream of streams) stream.destroy()
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost")
    const path = `${request.method} ${url.pathname}`
    requests.push(path)
    urls.push(request.url ?? "")
    authorizations.push(request.headers.authorization)
    script.asked?.(channel, path)
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    }
    const scripted = script.answers?.[path]
    if (scripted !== undefined) {
      if (request.method === "POST") posted.push(await bodyOf(request))
      if (scripted.raw !== undefined) return response.end(scripted.raw)
      return answer(scripted.status ?? 200, scripted.body)
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      return answer(401, { title: "Unauthorized", status: 401, detail: "The token is not valid." })
    }
    if (path === "GET /api/events") {
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write("retry: 1000\n: connected\n\n")
      const after = request.headers["last-event-id"]
      if (after !== undefined) for (const frame of journal.slice(Number(after))) response.write(frame)
      streams.add(response)
      script.listened?.(channel)
      return response.on("close", () => streams.delete(response))
    }
    if (path === "POST /api/channels") return answer(200, { channel_id: "local:a" })
    if (path === "POST /api/channels/local%3Aa/stop") {
      script.stopped?.(channel)
      return answer(200, { stopped: true })
    }
    if (path === "GET /api/channels/local%3Aa/messages") {
      const before = rows.findIndex(({ message_id }) => message_id === url.searchParams.get("before"))
      const older = before === -1 ? rows : rows.slice(0, before)
      return answer(200, older.toReversed().slice(0, Number(url.searchParams.get("limit") ?? 50)))
    }
    if (path === "POST /api/channels/local%3Aa/messages") {
      const { content = "", message_id = "" } = await bodyOf(request)
      const row: Row = { ...author("ada", false), message_id, content, state: "queued" }
      rows.push(row)
      channel.emit("message.created", row)
      script.posted?.(channel, row)
      return answer(202, { message_id, channel_id: "local:a" })
    }
    return answer(404, { title: "Not found", status: 404, detail: `There is no ${path}.` })
  }
  return { authorizations, handle, posted, requests, urls }
}

const author = (name: string, is_bot: boolean) => ({
  author_id: name,
  author_name: name,
  is_bot,
  created_at: "2026-01-01T00:00:00Z"
})

/** Starts it on a free port of loopback; `env` points client commands there. */
export const fakeServer = Effect.fnUntraced(function* (script: Script = {}) {
  const { authorizations, handle, posted, requests, urls } = makeHandler(script)
  const server = createServer((request, response) => void handle(request, response))
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, requests, urls, posted, authorizations, env: { LOOP_API_URL: url, LOOP_API_TOKEN: token } }
})
