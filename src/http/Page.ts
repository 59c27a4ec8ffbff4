/** The page at `/`: its files, the login that exchanges the owner's token for a cookie, and what to do without one. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { PackageFiles } from "../services/PackageFiles.ts"
import { Settings } from "../services/Settings.ts"
import { logIn, sessionOf } from "./Auth.ts"
import type { ApiError } from "./Problem.ts"
import type { ApiServices, Incoming } from "./Route.ts"

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml"
}

export const contentSecurity = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const file = Effect.fnUntraced(function* (name: string, request: Request, status: number) {
  const { web } = yield* PackageFiles
  const bytes = web.get(name)
  if (bytes === undefined) return undefined
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`
  const headers = {
    "content-type": types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream",
    "cache-control": "no-cache",
    etag
  }
  const known = request.headers.get("if-none-match")?.includes(etag) === true && status === 200
  return known ? new Response(null, { status: 304, headers }) : new Response(Buffer.from(bytes), { status, headers })
})

/** The page for those who are logged in, else a page that says how to log in. */
const home = Effect.fnUntraced(function* ({ request, port }: Incoming) {
  const subject = yield* sessionOf(request, port)
  return subject === undefined ? yield* file("login.html", request, 401) : yield* file("index.html", request, 200)
})

/** The token leaves the address bar at once; `Referrer-Policy` keeps it from going anywhere else. */
const login = Effect.fnUntraced(function* ({ request, port, url }: Incoming) {
  const config = yield* Settings.use((settings) => settings.current)
  const publicUrl = URL.canParse(config.public_url) ? new URL(config.public_url) : undefined
  const secure = publicUrl?.protocol === "https:" && publicUrl.host === request.headers.get("host")
  const cookie = yield* logIn(url.searchParams.get("token") ?? "", port, secure)
  return cookie === undefined
    ? yield* file("refused.html", request, 401)
    : new Response(null, { status: 303, headers: { location: "/", "set-cookie": cookie, "cache-control": "no-store" } })
})

/** Undefined where the path is none of the page's. */
export const page = (incoming: Incoming): Effect.Effect<Response | undefined, ApiError, ApiServices> => {
  const { pathname } = incoming.url
  if (pathname === "/") return home(incoming)
  if (pathname === "/login") return login(incoming)
  const asset = /^\/assets\/([\w-]+\.(?:js|css|svg))$/.exec(pathname)?.[1]
  return asset === undefined ? Effect.succeed(undefined) : file(asset, incoming.request, 200)
}
