/** `loop mcp` from its flags: which server, whose token, which channel; then the relay. Plain Node, as the relay is. */
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { channelOf, type Endpoint, logTo, relay } from "./Relay.ts"

export interface McpFlags {
  readonly channelId?: string | undefined
  readonly dir?: string | undefined
  readonly apiUrl?: string | undefined
  readonly log?: string | undefined
}

/** Finds address and token by way of the whole configuration, which is slow to load. */
export type Configured = (apiUrl: string | undefined) => Promise<Endpoint>

const textIn = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

const configured = (value: string | undefined): string | undefined => (value === "" ? undefined : value)

/** Where nothing but the usual is configured; undefined where the configuration must be asked. */
export const quickly = (apiUrl: string | undefined): Endpoint | undefined => {
  const { LOOP_API_TOKEN, LOOP_API_URL, LOOP_HOME } = process.env
  const home = configured(LOOP_HOME) ?? join(homedir(), ".loop")
  const token = configured(LOOP_API_TOKEN) ?? textIn(join(home, "token"))?.trim()
  const config = textIn(join(home, "config.json")) ?? ""
  // An escape could spell the key in another way.
  const usual = !config.includes("api_addr") && !config.includes("\\u")
  const url = configured(apiUrl) ?? configured(LOOP_API_URL) ?? (usual ? "http://127.0.0.1:8222" : undefined)
  if (token === undefined || token === "" || url === undefined || !URL.canParse(url)) return undefined
  return { url: url.replace(/\/+$/, ""), token }
}

/** Ends when the client has gone. Rejects with a sentence for people. */
export const serve = async ({ apiUrl, channelId, dir, log }: McpFlags, configured: Configured): Promise<void> => {
  // The client has gone: there is nobody to answer.
  process.stdout.on("error", () => process.exit(0))
  const write = log === undefined ? () => {} : logTo(log)
  const endpoint = quickly(apiUrl) ?? (await configured(apiUrl))
  const channel = channelId ?? (await channelOf(endpoint, resolve(dir ?? ".")))
  await relay(endpoint, channel, { input: process.stdin, output: process.stdout, log: write })
}

const options = {
  "channel-id": { type: "string" },
  dir: { type: "string" },
  "api-url": { type: "string" },
  log: { type: "string" }
} as const

/** Undefined where the words are not plainly right: then the command line's own reader knows what to say. */
export const flagsIn = (words: ReadonlyArray<string>): McpFlags | undefined => {
  try {
    const { values } = parseArgs({ args: [...words], options, strict: true, allowPositionals: false })
    const { "api-url": apiUrl, "channel-id": channelId, dir, log } = values
    return (channelId === undefined) === (dir === undefined) ? undefined : { apiUrl, channelId, dir, log }
  } catch {
    return undefined
  }
}
