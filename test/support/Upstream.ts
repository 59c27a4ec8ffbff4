/** A server in the model API's place whose every byte a test decides, and a client that reads what the relay sends. */
import { Deferred, Effect, Fiber } from "effect"
import * as Http from "node:http"
import * as net from "node:net"

export interface Scripted {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: ReadonlyArray<string>
  /** Breaks the connection after the body. */
  readonly cut?: boolean
}

export interface Asked {
  readonly url: string | undefined
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

type Handler = (response: Http.ServerResponse) => void

const listen = (server: Http.Server | net.Server) =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        if ("closeAllConnections" in server) server.closeAllConnections()
      })
  )

export const make = Effect.gen(function* () {
  const requests: Array<Asked> = []
  const handlers: Array<Handler> = []
  const server = Http.createServer((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      requests.push({ url: request.url, headers: request.headers, body: Buffer.concat(parts).toString("utf8") })
      handlers.shift()?.(response)
    })
  })
  const port = yield* listen(server)

  /** The next answer. */
  const script = ({ status, headers, body, cut }: Scripted): void => {
    handlers.push((response) => {
      response.writeHead(status, headers)
      if (cut === true) response.write(body.join(""), () => response.destroy())
      else response.end(body.join(""))
    })
  }

  /** The next answer, held after its first piece. */
  const hold = ({ status, headers, body }: Scripted) => {
    const firstSent = Deferred.makeUnsafe<void>()
    const closed = Deferred.makeUnsafe<void>()
    const release = Deferred.makeUnsafe<void>()
    handlers.push((response) => {
      response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      response.writeHead(status, headers)
      response.write(body[0], () => Deferred.doneUnsafe(firstSent, Effect.void))
      Effect.runFork(
        Effect.map(Deferred.await(release), () => {
          for (const piece of body.slice(1)) response.write(piece)
          response.end()
        })
      )
    })
    return {
      firstSent: Deferred.await(firstSent),
      closed: Deferred.await(closed),
      release: Deferred.succeed(release, undefined)
    }
  }

  /** The next answer, held before its headers. */
  const wait = (answer: Scripted) => {
    const asked = Deferred.makeUnsafe<void>()
    const release = Deferred.makeUnsafe<void>()
    handlers.push((response) => {
      Deferred.doneUnsafe(asked, Effect.void)
      Effect.runFork(
        Effect.map(Deferred.await(release), () =>
          response.writeHead(answer.status, answer.headers).end(answer.body.join(""))
        )
      )
    })
    return { asked: Deferred.await(asked), release: Deferred.succeed(release, undefined) }
  }

  /** The next answer: so many bytes, as fast as they are taken. */
  const flood = (size: number) => {
    const heldBack = Deferred.makeUnsafe<boolean>()
    handlers.push((response) => {
      response.writeHead(200)
      const piece = Buffer.alloc(1024 * 1024, "x")
      let sent = 0
      let waited = false
      const send = () => {
        while (sent < size) {
          sent += piece.length
          if (!response.write(piece)) {
            waited = true
            return void response.once("drain", send)
          }
        }
        Deferred.doneUnsafe(heldBack, Effect.succeed(waited))
        response.end()
      }
      send()
    })
    return { wasHeldBack: Deferred.await(heldBack) }
  }

  return { url: `http://127.0.0.1:${port}`, requests, script, hold, wait, flood }
})
export type Upstream = Effect.Success<typeof make>

/** A proxy, which remembers where it was asked to go. */
export const makeProxy = Effect.gen(function* () {
  const targets: Array<string> = []
  const sockets = new Set<net.Socket>()
  const server = Http.createServer((request, response) => {
    targets.push(`${request.method} ${request.url}`)
    const onward = Http.request(request.url ?? "", { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on("connect", (request, socket: net.Socket, head) => {
    targets.push(`CONNECT ${request.url}`)
    const [host, port] = (request.url ?? "").split(":")
    const upstream = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const one of [socket, upstream]) {
      sockets.add(one)
      one.on("error", () => undefined)
    }
    upstream.once("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"))
  })
  const port = yield* listen(server)
  // A server does not look after connections that it gave away.
  yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((socket) => socket.destroy())))
  return { url: `http://127.0.0.1:${port}`, targets }
})

export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** One request; it fails when the answer breaks off, and interrupting it hangs up. */
export const ask = (options: Http.RequestOptions, body: string): Effect.Effect<Answer, Error> =>
  Effect.callback<Answer, Error>((resume) => {
    const fail = (error: Error) => resume(Effect.fail(error))
    const request = Http.request({ agent: false, ...options }, (response) => {
      const parts: Array<Buffer> = []
      response.on("error", fail)
      response.on("aborted", () => fail(new Error("aborted")))
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("end", () =>
        resume(
          Effect.succeed({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString("utf8")
          })
        )
      )
    })
    request.on("error", fail)
    request.end(body)
    return Effect.sync(() => void request.destroy())
  })

export const join = <A, E>(fiber: Fiber.Fiber<A, E>): Effect.Effect<A, E> => Fiber.join(fiber)

/** Interrupts the asker. */
export const hangUp = <A, E>(fiber: Fiber.Fiber<A, E>) => Effect.asVoid(Fiber.interrupt(fiber))
