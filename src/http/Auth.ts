/**
 * Who calls: a bearer token, or the page's cookie. The cookie is not the token: it holds an end and a MAC of it under
 * a key made from the owner's token, so that it is worth nothing elsewhere, ends by itself, and dies with the token.
 */
import { Clock, Effect, Redacted } from "effect"
import { createHmac, timingSafeEqual } from "node:crypto"
import { type Subject, Tokens } from "../services/Tokens.ts"
import { Problem } from "./Problem.ts"

const sessionSeconds = 30 * 24 * 60 * 60

export const unauthorized = (detail: string) =>
  new Problem({
    status: 401,
    code: "unauthorized",
    title: "Unauthorized",
    detail,
    headers: { "www-authenticate": 'Bearer realm="loop"' }
  })

const mac = (token: Redacted.Redacted<string>, expires: number) =>
  createHmac("sha256", Redacted.value(token)).update(`loop page session until ${expires}`).digest("base64url")

const sameText = (a: string, b: string) => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Cookies are shared by all ports of a host: the port in the name keeps two servers apart. */
const cookieName = (port: number) => `loop_session_${port}`

const cookieOf = (request: Request, name: string): string | undefined =>
  (request.headers.get("cookie") ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

const ownerSubject: Subject = { kind: "owner" }

/** The subject of the page's cookie; undefined without a valid one. */
export const sessionOf = Effect.fnUntraced(function* (request: Request, port: number) {
  const cookie = cookieOf(request, cookieName(port))
  const match = /^(\d{10,15})\.([\w-]{43})$/.exec(cookie ?? "")
  if (match === null) return undefined
  const expires = Number(match[1])
  const owner = yield* Tokens.use((tokens) => tokens.owner)
  const now = yield* Clock.currentTimeMillis
  return sameText(match[2] ?? "", mac(owner, expires)) && expires > now ? ownerSubject : undefined
})

/** Exchanges the owner's token for a `Set-Cookie` value; undefined when the token is not the owner's. */
export const logIn = Effect.fnUntraced(function* (token: string, port: number, secure: boolean) {
  const tokens = yield* Tokens
  const subject = token === "" ? undefined : yield* tokens.verify(Redacted.make(token))
  if (subject === undefined) return undefined
  const expires = (yield* Clock.currentTimeMillis) + sessionSeconds * 1000
  const value = `${expires}.${mac(yield* tokens.owner, expires)}`
  const flags = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionSeconds}${secure ? "; Secure" : ""}`
  return `${cookieName(port)}=${value}; ${flags}`
})

/** Another page of this machine (another port) is "same-site" to the browser and would send the cookie. */
const fromElsewhere = (request: Request) => {
  const site = request.headers.get("sec-fetch-site")
  return site !== null && site !== "same-origin" && site !== "none"
}

/** The caller, or 401 with what to do. */
export const authenticate = Effect.fn("Auth.authenticate")(function* (request: Request, port: number) {
  const header = request.headers.get("authorization")
  if (header !== null) {
    const secret = /^Bearer +(\S+)\s*$/i.exec(header)?.[1]
    const subject =
      secret === undefined ? undefined : yield* Tokens.use((tokens) => tokens.verify(Redacted.make(secret)))
    return subject ?? (yield* unauthorized("The token is not valid. The owner's token is in LOOP_HOME/token."))
  }
  const subject = fromElsewhere(request) ? undefined : yield* sessionOf(request, port)
  return (
    subject ??
    (yield* unauthorized("Send `Authorization: Bearer <token>`, or open the login link that `loop url` prints."))
  )
})

/** The link that logs the page in. */
export const loginLink = (base: string, token: Redacted.Redacted<string>): string =>
  `${base.replace(/\/$/, "")}/login?token=${encodeURIComponent(Redacted.value(token))}`
