/**
 * Who calls: a bearer token, or the page's cookie. The cookie is not the token: it names one, holds an end and a MAC of
 * both under a key made from the owner's token and that token's hash. So it is worth nothing elsewhere, ends by itself, gives
 * what its token gives, and dies with it.
 */
import { Clock, Effect, Redacted } from "effect"
import { createHmac, timingSafeEqual } from "node:crypto"
import { owner, type Subject } from "../domain/Subject.ts"
import { ScopedTokens, type TokenRow } from "../services/ScopedTokens.ts"
import { Tokens } from "../services/Tokens.ts"
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

/** What a session is signed for: the owner, or the token of that id. */
interface Signed {
  readonly id: string
  readonly seal: string
  readonly expires: number
}

const mac = (secret: Redacted.Redacted<string>, { expires, id, seal }: Signed) =>
  createHmac("sha256", Redacted.value(secret))
    .update(`loop page session of ${id} ${seal} until ${expires}`)
    .digest("base64url")

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

const ownerId = "owner"

const ofToken = ({ name, token_id }: TokenRow): Subject => ({ kind: "token", token_id, name })

/** Undefined for one that is not good now. */
const sealOf = (id: string) => (id === ownerId ? Effect.succeed("") : ScopedTokens.use((tokens) => tokens.seal(id)))

const subjectOf = (id: string) =>
  id === ownerId
    ? Effect.succeed<Subject>(owner)
    : Effect.map(
        ScopedTokens.use((tokens) => tokens.get(id)),
        (row) => row && ofToken(row)
      )

/** The subject of the page's cookie; undefined without a valid one. */
export const sessionOf = Effect.fnUntraced(function* (request: Request, port: number) {
  const cookie = cookieOf(request, cookieName(port))
  const [, id = "", expires = "", given = ""] = /^([a-z2-7]{5,16})\.(\d{1,15})\.([\w-]{43})$/.exec(cookie ?? "") ?? []
  const seal = id === "" ? undefined : yield* sealOf(id)
  if (seal === undefined) return undefined
  const secret = yield* Tokens.use((tokens) => tokens.owner)
  const now = yield* Clock.currentTimeMillis
  const good = sameText(given, mac(secret, { id, seal, expires: Number(expires) })) && Number(expires) > now
  return good ? yield* subjectOf(id) : undefined
})

/** Whose a token is: the owner's own, or one that was made; undefined when nobody's. */
const holderOf = Effect.fnUntraced(function* (token: string) {
  if (token === "") return undefined
  const secret = Redacted.make(token)
  const known = yield* Tokens.use((tokens) => tokens.verify(secret))
  if (known !== undefined) return { id: ownerId, subject: known, expires_at: null }
  const row = yield* ScopedTokens.use((tokens) => tokens.verify(secret))
  return row && { id: row.token_id, subject: ofToken(row), expires_at: row.expires_at }
})

/** Exchanges a token for a `Set-Cookie` value; undefined when the token is nobody's. */
export const logIn = Effect.fnUntraced(function* (token: string, port: number, secure: boolean) {
  const holder = yield* holderOf(token)
  const seal = holder && (yield* sealOf(holder.id))
  if (holder === undefined || seal === undefined) return undefined
  const { expires_at, id } = holder
  const now = yield* Clock.currentTimeMillis
  const expires = Math.min(now + sessionSeconds * 1000, expires_at ?? Number.MAX_SAFE_INTEGER)
  const secret = yield* Tokens.use((tokens) => tokens.owner)
  const value = `${id}.${expires}.${mac(secret, { id, seal, expires })}`
  const age = Math.max(1, Math.floor((expires - now) / 1000))
  const flags = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? "; Secure" : ""}`
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
    const holder = secret === undefined ? undefined : yield* holderOf(secret)
    return (
      holder?.subject ??
      (yield* unauthorized("The token is not valid, or not any more. The owner's token is in LOOP_HOME/token."))
    )
  }
  const subject = fromElsewhere(request) ? undefined : yield* sessionOf(request, port)
  return (
    subject ??
    (yield* unauthorized("Send `Authorization: Bearer <token>`, or open the login link that `loop url` prints."))
  )
})

/** By which face a call comes, as the audit log says it: a program's own word for itself, where it has the token for it. */
export const faceOf = (request: Request): string => {
  if (request.headers.get("authorization") === null) return "page"
  if (new URL(request.url).pathname === "/mcp") return "mcp"
  return request.headers.get("x-loop-client") === "cli" ? "cli" : "http"
}

/** The link that logs the page in. */
export const loginLink = (base: string, token: Redacted.Redacted<string>): string =>
  `${base.replace(/\/$/, "")}/login?token=${encodeURIComponent(Redacted.value(token))}`
