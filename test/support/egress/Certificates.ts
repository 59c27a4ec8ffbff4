/** An authority of the test's own, and certificates for names of the internet that stand-ins answer for. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { Effect } from "effect"

export interface Certificates {
  /** PEM of the authority: what a box has to trust. */
  readonly ca: string
  readonly key: string
  readonly cert: string
}

const make = (directory: string, names: ReadonlyArray<string>): Certificates => {
  const at = (name: string) => path.join(directory, name)
  const openssl = (...args: ReadonlyArray<string>) =>
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] })
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
  openssl("req", "-x509", ...key, "-subj", "/CN=Test authority", "-keyout", at("ca.key"), "-out", at("ca.pem"))
  openssl("req", ...key, "-subj", "/CN=stand-in", "-keyout", at("key.pem"), "-out", at("request.pem"))
  writeFileSync(at("ext"), `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\n`)
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", at("ext")]
  openssl("x509", "-req", "-in", at("request.pem"), ...signed, "-out", at("cert.pem"))
  const [ca = "", secret = "", cert = ""] = ["ca.pem", "key.pem", "cert.pem"].map((name) =>
    readFileSync(at(name), "utf8")
  )
  return { ca, key: secret, cert }
}

export const certificates = (names: ReadonlyArray<string>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync("/tmp/loop-certificates-")),
    (directory) => Effect.sync(() => make(directory, names)),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
