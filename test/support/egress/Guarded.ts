/** Stand-ins for a forge, registries and a token service that let nobody in without a credential, each in its own form. */
import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import type * as Http from "node:http"
import * as Https from "node:https"
import { Effect } from "effect"
import type { Binding } from "../../../src/domain/secrets/Binding.ts"
import { certificates } from "./Certificates.ts"
import { Outer } from "./StandIn.ts"

export const VALUE = "s3cr3t-0123456789abcdef"

const basic = `Basic ${btoa(`ada:${VALUE}`)}`

/** What each host wants to hear as `Authorization`. */
const wanted = {
  "forge.example.com": basic,
  "pip.example.com": basic,
  "npm.example.com": `Bearer ${VALUE}`,
  "crates.example.com": VALUE,
  "auth.example.com": basic
} as const

/** Knows the short-lived token that `auth.example.com` gives, and no secret. */
const IMAGES = "images.example.com"
const TOKEN = "short-lived-token"

export const hosts: ReadonlyArray<string> = [...Object.keys(wanted), IMAGES]

export const bindings: ReadonlyArray<Binding & { readonly value: string }> = Object.entries(wanted).map(
  ([host, header]) => ({
    name: host,
    host,
    header: "authorization",
    scheme: header.startsWith("Bearer") ? "bearer" : header.startsWith("Basic") ? "basic" : "raw",
    username: "ada",
    channels: [],
    value: VALUE
  })
)

/** git's own server, as a CGI program. https://git-scm.com/docs/git-http-backend */
const backend = (root: string, request: Http.IncomingMessage, body: Buffer, response: Http.ServerResponse): void => {
  const [path = "", query = ""] = (request.url ?? "").split("?")
  const env = {
    ...process.env,
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: path,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    CONTENT_LENGTH: String(body.length),
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    REMOTE_USER: "ada"
  }
  const options = { env, encoding: "buffer" as const, maxBuffer: 64 * 1024 * 1024 }
  const child = execFile("git", ["http-backend"], options, (_, stdout) => {
    const end = stdout.indexOf("\r\n\r\n")
    const headers = stdout.subarray(0, end).toString().split("\r\n")
    for (const line of headers) {
      const [name = "", value = ""] = line.split(/: (.*)/)
      if (name === "Status") response.statusCode = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.end(stdout.subarray(end + 4))
  })
  child.stdin?.end(body)
}

export const make = Effect.gen(function* () {
  const outer = yield* Outer
  const root = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync("/tmp/loop-guarded-")),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
  execFileSync("git", ["init", "-q", "--bare", "-b", "main", `${root}/left.git`])
  execFileSync("git", ["-C", `${root}/left.git`, "config", "http.receivepack", "true"])
  const certs = yield* certificates(hosts)
  const published: Array<string> = []

  const serve = (request: Http.IncomingMessage, body: Buffer, response: Http.ServerResponse): void => {
    const host = request.headers.host ?? ""
    const given = request.headers.authorization
    const json = (value: unknown): void => void response.end(JSON.stringify(value))
    const asks = host === IMAGES ? `Bearer ${TOKEN}` : wanted[host as keyof typeof wanted]
    if (given !== asks) {
      const scheme = host === IMAGES ? `Bearer realm="https://auth.example.com/token",service="images"` : "Basic"
      return void response.writeHead(401, { "www-authenticate": scheme }).end("who are you?")
    }
    published.push(`${request.method} ${host}${request.url}`)
    if (host === "forge.example.com") return backend(root, request, body, response)
    if (host === "auth.example.com") return json({ token: TOKEN })
    if (host === "pip.example.com") {
      return void response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><html></html>")
    }
    json({ ok: true, echo: given })
  }
  const answer = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => serve(request, Buffer.concat(parts), response))
  }
  for (const [index, host] of hosts.entries()) {
    const address = `93.184.218.${index + 1}`
    outer.name(host, address)
    yield* outer.serve(address, 443, Https.createServer({ cert: certs.cert, key: certs.key }, answer))
  }
  outer.authorities.push(certs.ca)
  const pushed = () => execFileSync("git", ["-C", `${root}/left.git`, "log", "--format=%s"], { encoding: "utf8" })
  return { ca: certs.ca, published, pushed }
})
