/** Stand-ins for package registries and a forge: real files of a package `left` in each one's own form. */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import * as Https from "node:https"
import * as net from "node:net"
import * as path from "node:path"
import { Effect } from "effect"
import { type Certificates, certificates } from "./Certificates.ts"
import { Outer } from "./StandIn.ts"

/** Names that speak TLS, each at an address of its own. */
export const hosts = [
  "registry.npmjs.org",
  "pypi.org",
  "files.pythonhosted.org",
  "index.crates.io",
  "static.crates.io",
  "proxy.golang.org",
  "github.com"
] as const

type Files = Map<string, Buffer>

export interface Registries {
  readonly certificates: Certificates
  /** Of the package in npm's own form, for a lock file. */
  readonly npmIntegrity: string
  /** What a host lets nobody in without, as `Authorization`. */
  readonly demanded: Map<string, string>
  /** What each host was last given as `Authorization`. */
  readonly credentials: ReadonlyMap<string, string | undefined>
  /** What was asked for: `host/path`. */
  readonly asked: Array<string>
  /** What was said to the forge's port for ssh. */
  readonly greetings: Array<string>
}

const sha = (algorithm: string, content: Buffer, as: "hex" | "base64") =>
  createHash(algorithm).update(content).digest(as)

const write = (file: string, content: string): void => {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const tarball = (directory: string, top: string): Buffer =>
  execFileSync("tar", ["-czf", "-", "-C", directory, top], { maxBuffer: 10_000_000 })

const zip = (directory: string, top: string): Buffer => {
  const program =
    "import sys, zipfile, os\nz = zipfile.ZipFile(sys.argv[2], 'w')\nos.chdir(sys.argv[1])\nfor base, _, names in os.walk(sys.argv[3]):\n  for name in names: z.write(os.path.join(base, name))\nz.close()"
  const file = path.join(directory, "out.zip")
  execFileSync("python3", ["-c", program, directory, file, top])
  return readFileSync(file)
}

const npm = (at: string, files: Files): string => {
  write(`${at}/npm/package/package.json`, JSON.stringify({ name: "left", version: "1.0.0", main: "index.js" }))
  write(`${at}/npm/package/index.js`, "module.exports = 'left'\n")
  const tgz = tarball(`${at}/npm`, "package")
  files.set("registry.npmjs.org/left/-/left-1.0.0.tgz", tgz)
  const integrity = `sha512-${sha("sha512", tgz, "base64")}`
  const dist = { tarball: "https://registry.npmjs.org/left/-/left-1.0.0.tgz", integrity }
  const versions = { "1.0.0": { name: "left", version: "1.0.0", main: "index.js", dist } }
  files.set(
    "registry.npmjs.org/left",
    Buffer.from(JSON.stringify({ name: "left", "dist-tags": { latest: "1.0.0" }, versions }))
  )
  return integrity
}

const python = (at: string, files: Files): void => {
  write(`${at}/py/left.py`, "SIDE = 'left'\n")
  write(`${at}/py/left-1.0.0.dist-info/METADATA`, "Metadata-Version: 2.1\nName: left\nVersion: 1.0.0\n")
  write(
    `${at}/py/left-1.0.0.dist-info/WHEEL`,
    "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
  )
  write(`${at}/py/left-1.0.0.dist-info/RECORD`, "left.py,,\n")
  const wheel = zip(`${at}/py`, ".")
  const name = "left-1.0.0-py3-none-any.whl"
  files.set(`files.pythonhosted.org/${name}`, wheel)
  const link = `<a href="https://files.pythonhosted.org/${name}#sha256=${sha("sha256", wheel, "hex")}">${name}</a>`
  files.set("pypi.org/simple/left/", Buffer.from(`<!DOCTYPE html><html><body>${link}</body></html>`))
}

const rust = (at: string, files: Files): void => {
  write(`${at}/rust/left-1.0.0/Cargo.toml`, '[package]\nname = "left"\nversion = "1.0.0"\nedition = "2021"\n')
  write(`${at}/rust/left-1.0.0/src/lib.rs`, 'pub fn side() -> &\'static str { "left" }\n')
  const crate = tarball(`${at}/rust`, "left-1.0.0")
  files.set("static.crates.io/crates/left/1.0.0/download", crate)
  files.set(
    "index.crates.io/config.json",
    Buffer.from('{"dl":"https://static.crates.io/crates","api":"https://crates.io"}')
  )
  const entry = {
    name: "left",
    vers: "1.0.0",
    deps: [],
    cksum: sha("sha256", crate, "hex"),
    features: {},
    yanked: false
  }
  files.set("index.crates.io/le/ft/left", Buffer.from(`${JSON.stringify(entry)}\n`))
}

const go = (at: string, files: Files): void => {
  const module = "module example.org/left\n\ngo 1.20\n"
  write(`${at}/go/example.org/left@v1.0.0/go.mod`, module)
  write(`${at}/go/example.org/left@v1.0.0/left.go`, 'package left\n\nfunc Side() string { return "left" }\n')
  const base = "proxy.golang.org/example.org/left/@v"
  files.set(`${base}/list`, Buffer.from("v1.0.0\n"))
  files.set(`${base}/v1.0.0.info`, Buffer.from('{"Version":"v1.0.0","Time":"2024-01-01T00:00:00Z"}'))
  files.set(`${base}/v1.0.0.mod`, Buffer.from(module))
  files.set(`${base}/v1.0.0.zip`, zip(`${at}/go`, "example.org"))
}

/** A repository as files, which is all that git needs to clone it. */
const forge = (at: string): string => {
  const work = `${at}/git/work`
  write(`${work}/README`, "left\n")
  const git = (...args: ReadonlyArray<string>) =>
    execFileSync(
      "git",
      ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", ...args],
      {
        stdio: "pipe"
      }
    )
  git("init", "-q", work)
  git("-C", work, "add", "README")
  git("-C", work, "commit", "-qm", "left")
  git("clone", "-q", "--bare", work, `${at}/git/o/left.git`)
  git("-C", `${at}/git/o/left.git`, "update-server-info")
  return `${at}/git`
}

export const make = Effect.gen(function* () {
  const outer = yield* Outer
  const at = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync("/tmp/loop-registries-")),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
  const certs = yield* certificates(hosts)
  const files: Files = new Map()
  const npmIntegrity = npm(at, files)
  python(at, files)
  rust(at, files)
  go(at, files)
  const repositories = forge(at)
  const list =
    "Package: left\nVersion: 1.0.0\nArchitecture: all\nMaintainer: T <t@example.com>\nFilename: ./left.deb\nSize: 1\nSHA256: 0\nDescription: left\n"
  files.set("deb.debian.org/debian/./Packages", Buffer.from(list))
  files.set("deb.debian.org/debian/Packages", Buffer.from(list))
  const asked: Array<string> = []
  const demanded = new Map<string, string>()
  const credentials = new Map<string, string | undefined>()
  const greetings: Array<string> = []

  const answer = (request: Http.IncomingMessage, response: Http.ServerResponse): void => {
    const [wanted = ""] = (request.url ?? "").split("?")
    const where = `${(request.headers.host ?? "").replace(/:\d+$/, "")}${wanted}`
    asked.push(request.method === "PUT" ? `PUT ${where}` : where)
    const host = where.slice(0, where.indexOf("/"))
    credentials.set(host, request.headers.authorization)
    if (demanded.has(host) && demanded.get(host) !== request.headers.authorization) {
      return void response.writeHead(401, { "www-authenticate": "Basic" }).end("who are you?")
    }
    if (request.method === "PUT") return void request.resume().on("end", () => response.writeHead(201).end("{}"))
    const file = where.startsWith("github.com/") ? path.join(repositories, path.normalize(wanted)) : ""
    const content = files.get(where) ?? (file !== "" && existsSync(file) ? readFileSync(file) : undefined)
    if (content === undefined) return void response.writeHead(404).end("none")
    const type = where.startsWith("pypi.org/") ? "text/html" : "application/octet-stream"
    response.writeHead(200, { "content-length": content.length, "content-type": type }).end(content)
  }
  for (const [index, host] of hosts.entries()) {
    outer.name(host, `93.184.217.${index + 1}`)
    yield* outer.serve(`93.184.217.${index + 1}`, 443, Https.createServer({ cert: certs.cert, key: certs.key }, answer))
  }
  outer.name("deb.debian.org", "93.184.217.99")
  yield* outer.serve("93.184.217.99", 80, Http.createServer(answer))
  const ssh = net.createServer((socket) => {
    socket.on("error", () => undefined)
    socket.once("data", (piece: Buffer) => {
      greetings.push(piece.toString("latin1").trim())
      socket.end("SSH-2.0-stand-in\r\n")
    })
  })
  yield* outer.serve(`93.184.217.${hosts.indexOf("github.com") + 1}`, 22, ssh)
  return { certificates: certs, npmIntegrity, asked, demanded, credentials, greetings } satisfies Registries
})
