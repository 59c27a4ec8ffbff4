/** A server on a Unix socket in a directory of its own. */
import { Effect, type Scope } from "effect"
import * as fs from "node:fs/promises"
import * as Http from "node:http"
import * as path from "node:path"
import type { Duplex } from "node:stream"
import { RelayError } from "../../services/ModelRelay.ts"

type OnRequest = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

/**
 * Binds anew, over what an earlier supervisor left. The directory above is for its owner only; inside the box, where
 * nothing above the directory is seen, any user may connect.
 */
const prepare = async (socket: string): Promise<void> => {
  const directory = path.dirname(socket)
  await fs.mkdir(path.dirname(directory), { recursive: true, mode: 0o700 })
  await fs.mkdir(directory, { recursive: true, mode: 0o755 })
  await fs.chmod(directory, 0o755)
  await fs.rm(socket, { force: true })
}

/**
 * Node tells of each request that stands in a connection, answered or not: `connections` bounds them only where each
 * waits for the answer of the one before. Clients of the API do; what does not loses its connection.
 */
const oneAtATime = (onRequest: OnRequest): OnRequest => {
  const last = new WeakMap<Duplex, Http.ServerResponse>()
  return (request, response) => {
    if (last.get(request.socket)?.writableEnded === false) return void request.socket.destroy()
    last.set(request.socket, response)
    onRequest(request, response)
  }
}

export const listen = (
  socket: string,
  connections: number,
  onRequest: OnRequest
): Effect.Effect<Http.Server, RelayError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        await prepare(socket)
        const server = Http.createServer({ requestTimeout: 0, keepAliveTimeout: 0 }, oneAtATime(onRequest))
        server.maxConnections = connections
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject)
          server.listen(socket, resolve)
        })
        await fs.chmod(socket, 0o666)
        return server
      },
      catch: (cause) => new RelayError({ socket, cause })
    }),
    (server) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
