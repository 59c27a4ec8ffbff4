/** The authority of this installation on disk: its key for nobody else, what boxes trust in a directory per set of hosts. */
import { createHash, randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as tls from "node:tls"
import { npmrc } from "../../domain/secrets/InBox.ts"
import * as Certificates from "./Certificates.ts"

const existing = (file: string): Promise<string | undefined> =>
  fs.readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined
    throw cause
  })

/** Appears whole or not at all, and never replaces one that is there. */
const appear = async (file: string, content: string): Promise<string> => {
  const beside = `${file}.${randomBytes(4).toString("hex")}`
  try {
    await fs.writeFile(beside, content, { mode: 0o600, flag: "wx", flush: true })
    await fs.link(beside, file)
    return content
  } catch (cause) {
    const there = await existing(file)
    if (there !== undefined) return there
    throw cause
  } finally {
    await fs.rm(beside, { force: true })
  }
}

/** `at`: the directory. */
export const key = async (at: string): Promise<string> => {
  await fs.mkdir(at, { recursive: true, mode: 0o700 })
  const file = path.join(at, "key.pem")
  return (await existing(file)) ?? appear(file, Certificates.newKey())
}

/** Whom programs trust anyway: Mozilla's list as it comes with Node, and this machine's own. */
const publicAuthorities = (): ReadonlyArray<string> => [
  ...new Set([...tls.getCACertificates("bundled"), ...tls.getCACertificates("system")].map((pem) => `${pem.trim()}\n`))
]

/** The directory for boxes, made when it is missing; without links, so that it can be mounted. */
export const directory = async (at: string, hosts: ReadonlyArray<string>, now: number): Promise<string> => {
  const names = [...new Set(hosts)].sort()
  const authorityKey = await key(at)
  // Of the key, too: who takes the key away gets a new authority.
  const id = createHash("sha256")
    .update(JSON.stringify([authorityKey, names]))
    .digest("hex")
    .slice(0, 16)
  const place = path.join(at, id)
  const whole = await fs.stat(place).catch(() => undefined)
  if (whole === undefined) {
    const draft = `${place}.${randomBytes(4).toString("hex")}`
    const own = Certificates.authority(authorityKey, names, now)
    const readable = { mode: 0o644 }
    await fs.mkdir(draft, { mode: 0o755 })
    await fs.chmod(draft, 0o755)
    await fs.writeFile(path.join(draft, "bundle.pem"), [own, ...publicAuthorities()].join(""), readable)
    await fs.writeFile(path.join(draft, "npmrc"), npmrc(names), readable)
    // Another one may have made it meanwhile.
    await fs.rename(draft, place).catch(() => fs.rm(draft, { recursive: true, force: true }))
  }
  return fs.realpath(place)
}
