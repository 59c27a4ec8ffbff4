/**
 * `Pictures` by the rules of egress: each host that is asked, also after being led on, is looked up once, and an address
 * that is none of the internet's is never connected to. What the bytes are is read from their beginning; no header of the
 * other side is believed.
 */
import { Duration, Effect, Layer, Semaphore } from "effect"
import * as Http from "node:http"
import * as Https from "node:https"
import { shownHost } from "../../domain/egress/Address.ts"
import { type Picture, PictureError, Pictures } from "../../services/Pictures.ts"
import { page, type Page, secured } from "./Fetch.ts"
import { Internet, layer as internet } from "./Internet.ts"
import { reach, Refused, type World } from "./Reach.ts"

const LARGEST = 8 * 1024 * 1024
/** From the first look-up to the last byte. */
const PATIENCE = Duration.seconds(15)
const MOST_LEADS = 3
/** At a time. */
const MOST = 4

const failed = (reason: PictureError["reason"], detail: string) => new PictureError({ reason, detail })

const mimeOf = (bytes: Buffer): Picture["mime"] | undefined => {
  const begins = (text: string, at = 0) => bytes.toString("latin1", at, at + text.length) === text
  if (begins("\u0089PNG\r\n\u001a\n")) return "image/png"
  if (begins("\u00ff\u00d8\u00ff")) return "image/jpeg"
  if (begins("GIF87a") || begins("GIF89a")) return "image/gif"
  return begins("RIFF") && begins("WEBP", 8) ? "image/webp" : undefined
}

const ask = async (world: World, { host, port, url }: Page, signal: AbortSignal): Promise<Http.IncomingMessage> => {
  const secure = url.protocol === "https:"
  const plain = await reach(world, host, port, secure ? "https" : "http")
  const close = () => plain.destroy()
  signal.addEventListener("abort", close)
  plain.once("close", () => signal.removeEventListener("abort", close))
  if (signal.aborted) close()
  signal.throwIfAborted()
  const socket = secure ? await secured(plain, shownHost(host)) : plain
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? Https : Http).request({
      createConnection: () => socket,
      method: "GET",
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: "image/*", "user-agent": "Loop", connection: "close" }
    })
    outgoing.once("response", resolve)
    outgoing.once("error", reject)
    outgoing.end()
  })
}

const read = async (answer: Http.IncomingMessage): Promise<Picture> => {
  const parts: Array<Buffer> = []
  let size = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length
    if (size > LARGEST) throw failed("too_large", "it has more than 8 MiB")
    parts.push(part)
  }
  const bytes = Buffer.concat(parts)
  const mime = mimeOf(bytes)
  if (mime === undefined) throw failed("not_picture", "what came is no PNG, JPEG, GIF or WebP")
  return { mime, bytes: new Uint8Array(bytes) }
}

const get = async (world: World, text: string, signal: AbortSignal): Promise<Picture> => {
  let next = text
  for (let leads = 0; leads <= MOST_LEADS; leads++) {
    const wanted = page(next)
    if (wanted === undefined || (wanted.port !== 80 && wanted.port !== 443)) {
      throw failed("not_picture", "it is no address of a page on the web")
    }
    signal.throwIfAborted()
    const answer = await ask(world, wanted, signal)
    const { location } = answer.headers
    const status = answer.statusCode ?? 0
    if (status < 300 || status > 399 || location === undefined) {
      if (status === 200) return read(answer)
      answer.destroy()
      throw failed("unreachable", `its host answered ${status}`)
    }
    answer.destroy()
    if (!URL.canParse(location, wanted.url.href)) break
    next = new URL(location, wanted.url).href
  }
  throw failed("unreachable", "its host leads on and on")
}

const failureOf = (cause: unknown): PictureError => {
  if (cause instanceof PictureError) return cause
  if (cause instanceof Refused && cause.refusal === "inner") return failed("inner", cause.message)
  return failed("unreachable", cause instanceof Error ? cause.message : String(cause))
}

export const make = Effect.fnUntraced(function* (env: World["env"], patience: Duration.Duration = PATIENCE) {
  const world: World = { internet: yield* Internet, env }
  const few = yield* Semaphore.make(MOST)
  return Pictures.of({
    fetch: (url) =>
      Effect.tryPromise({
        try: (signal) => get(world, url, signal),
        catch: failureOf
      }).pipe(
        // Its end does not hang on the other side's: the permit comes back.
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () => Effect.fail(failed("unreachable", "its host took too long"))
        }),
        few.withPermits(1)
      )
  })
})

export const layer = Layer.effect(Pictures, make(process.env)).pipe(Layer.provide(internet))
