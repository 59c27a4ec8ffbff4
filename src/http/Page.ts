/** The page: its files, the login that exchanges the owner's token for a cookie, and what to do without one. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { PackageFiles } from "../services/PackageFiles.ts"
import { Settings } from "../services/Settings.ts"
import { logIn, sessionOf } from "./Auth.ts"
import { notFound } from "./Problem.ts"
import type { ApiError } from "./Problem.ts"
import type { ApiServices, Incoming } from "./Route.ts"

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  webmanifest: "application/manifest+json"
}

/**
 * Nothing inline, nothing from elsewhere. `blob:` are pictures that the user is about to send. Trusted Types: no text
 * becomes markup or script by any way that the document has; the one policy is for the service worker's address.
 */
export const contentSecurity = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types loop-worker"
].join("; ")

/** The page's own addresses; each shows the same document, which looks at its address itself. */
const places = /^\/(?:$|(?:c|runs|tasks|spend|setup)(?:\/|$))/

/** What a browser may keep for ever: its name changes with what is in it. */
const hashed = /^assets\/[\w.-]+-[\w-]{8}\.\w+$/

const encodings = [
  ["br", "br"],
  ["gzip", "gz"]
] as const

const accepts = (request: Request, encoding: string) =>
  (request.headers.get("accept-encoding") ?? "").split(",").some((each) => {
    const [name = "", ...parameters] = each.split(";").map((part) => part.trim())
    return name.toLowerCase() === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })

const file = Effect.fnUntraced(function* (name: string, request: Request, status: number) {
  const { web } = yield* PackageFiles
  const plain = web.get(name)
  if (plain === undefined) return undefined
  const [encoding, ending] =
    encodings.find(([each, suffix]) => web.has(`${name}.${suffix}`) && accepts(request, each)) ?? []
  const bytes = ending === undefined ? plain : (web.get(`${name}.${ending}`) ?? plain)
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`
  const headers = {
    "content-type": types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    "cache-control": hashed.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
    ...(encoding !== undefined && { "content-encoding": encoding }),
    etag
  }
  const known = request.headers.get("if-none-match")?.includes(etag) === true && status === 200
  return known ? new Response(null, { status: 304, headers }) : new Response(Buffer.from(bytes), { status, headers })
})

const unbuilt = notFound("The page has not been built: run `npm run build` in Loop's directory and restart the server.")

/** Instead of a refusal for programs: what somebody sees who goes there in a browser and is not logged in. */
export const askToLogIn = Effect.fnUntraced(function* (request: Request) {
  const { headers, method } = request
  // Browsers say what it is for only where the connection is safe.
  const goes = (headers.get("sec-fetch-dest") ?? "document") === "document"
  const reads = method === "GET" && goes && /\btext\/html\b/.test(headers.get("accept") ?? "")
  return reads && headers.get("authorization") === null ? yield* file("login.html", request, 401) : undefined
})

/** The page for those who are logged in, else a page that says how to log in. */
const document = Effect.fnUntraced(function* ({ request, port }: Incoming, status: number) {
  const subject = yield* sessionOf(request, port)
  const shown =
    subject === undefined ? yield* file("login.html", request, 401) : yield* file("index.html", request, status)
  return shown ?? (yield* unbuilt)
})

/** The token leaves the address bar at once; `Referrer-Policy` keeps it from going anywhere else. */
const login = Effect.fnUntraced(function* ({ request, port, url }: Incoming) {
  const config = yield* Settings.use((settings) => settings.current)
  const publicUrl = URL.canParse(config.public_url) ? new URL(config.public_url) : undefined
  const secure = publicUrl?.protocol === "https:" && publicUrl.host === request.headers.get("host")
  const cookie = yield* logIn(url.searchParams.get("token") ?? "", port, secure)
  return cookie === undefined
    ? ((yield* file("refused.html", request, 401)) ?? (yield* unbuilt))
    : new Response(null, { status: 303, headers: { location: "/", "set-cookie": cookie, "cache-control": "no-store" } })
})

/** Undefined where the path is none of the page's. A file that an older page asks for is missing, not the document. */
export const page = (incoming: Incoming): Effect.Effect<Response | undefined, ApiError, ApiServices> => {
  const { pathname } = incoming.url
  if (pathname === "/login") return login(incoming)
  if (places.test(pathname)) return document(incoming, 200)
  // Somebody who goes to an address that there is not is told so by the page, not by JSON.
  const goes = incoming.request.headers.get("sec-fetch-dest") === "document"
  if (goes && !/^\/(?:api|mcp|metrics|health|docs|openapi)\b/.test(pathname)) return document(incoming, 404)
  const asset = /^\/((?:assets\/)?[\w.-]+\.(?:js|css|svg|png|webmanifest))$/.exec(pathname)?.[1]
  return asset === undefined ? Effect.succeed(undefined) : file(asset, incoming.request, 200)
}
