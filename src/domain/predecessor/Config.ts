/** The predecessor's `config.json` in today's words: what of it applies, and why the rest does not. */
import { Result, Schema } from "effect"
import type { Env } from "../config/decode.ts"
import { ConfigFile } from "../config/keys.ts"
import { sameData } from "../config/edit.ts"
import { modernize, parseText } from "../config/parse.ts"
import { expandHome } from "../config/paths.ts"
import { findingsOf, type Finding } from "../config/problem.ts"
import { isSecret } from "../config/redact.ts"
import { resolve } from "../config/resolve.ts"
import { splitAddress } from "../config/values.ts"
import { item, type Item } from "./Report.ts"

type Data = Readonly<Record<string, unknown>>

export interface Translated {
  /** In the order in which they may be written, each possible with those before it. */
  readonly keys: ReadonlyArray<readonly [name: string, value: unknown]>
  readonly items: ReadonlyArray<Item>
  /** The platform of channels that name none. */
  readonly usual: string
  readonly database: string | undefined
}

const left = (name: string, reason: string) => item("config", name, "left", reason)

const decode = Schema.decodeUnknownResult(ConfigFile, { errors: "all", onExcessProperty: "error" })

const entries = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Keys whose entries stand or fall alone. */
const deep: ReadonlyArray<RegExp> = [
  /^(mounts|copy_files|task_templates)\.\d+/,
  /^envs\.[^.]+/,
  /^mcp\.servers\.[^.]+/,
  /^(memory|permissions)\.[^.]+/
]

const faulty = (key: string): string => {
  for (const pattern of deep) {
    const match = pattern.exec(key)
    if (match !== null) return match[0]
  }
  return key.split(".", 1)[0] ?? key
}

/** Without what is at this path. */
const without = (value: unknown, [name, ...rest]: ReadonlyArray<string>): unknown => {
  if (name === undefined || typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    return rest.length > 0
      ? value.map((each, index) => (String(index) === name ? without(each, rest) : each))
      : value.filter((_, index) => String(index) !== name)
  }
  const { [name]: gone, ...others } = value as Record<string, unknown>
  return rest.length === 0 || gone === undefined ? others : { ...others, [name]: without(gone, rest) }
}

const dropped = (data: Data, path: string): Data => without(data, path.split(".")) as Data

/** Every problem of these keys, as the file's own reader would find them. */
const faultsOf = (data: Data, env: Env): ReadonlyArray<Finding> => {
  const read = decode(data)
  return Result.isFailure(read)
    ? findingsOf(read.failure.issue, data, isSecret)
    : resolve(read.success, env, "UTC").findings
}

/** An entry of a list by what it says: its number is another one by now. */
const nameOf = (data: Data, path: string): string => {
  const [list = "", index = "", ...rest] = path.split(".")
  const entry = rest.length === 0 ? entries(data[list])[Number(index)] : undefined
  const said = typeof entry === "string" ? entry : (entry as { readonly name?: unknown } | undefined)?.name
  return typeof said === "string" ? `${list}: ${said}` : path
}

/** What is refused is taken out, entry by entry where entries stand alone, until nothing is refused. */
const sound = (given: Data, env: Env, say: (item: Item) => void): Data => {
  let data = given
  for (let faults = faultsOf(data, env); faults.length > 0; faults = faultsOf(data, env)) {
    const reasons = new Map<string, string>()
    for (const { key, message } of faults) if (!reasons.has(faulty(key))) reasons.set(faulty(key), message)
    const before = data
    // From the last entry of a list to its first, so that the others keep their numbers.
    for (const [path, reason] of [...reasons].sort(([a], [b]) => b.localeCompare(a, "en", { numeric: true }))) {
      const rest = dropped(data, path)
      if (sameData(rest, data)) continue
      say(left(nameOf(data, path), `${reason}.`))
      data = rest
    }
    if (!sameData(data, before)) continue
    // The fault is in a key that is not there, or whose name has a dot in it.
    const [{ key, message }] = faults as readonly [Finding, ...ReadonlyArray<Finding>]
    const top = key.startsWith("discord_") ? "platforms" : (key.split(".", 1)[0] ?? key)
    if (!(top in data)) return data
    say(left(top, `${key}: ${message}.`))
    data = dropped(data, top)
  }
  return data
}

/** What the predecessor copied by itself, and what its example names. */
const withoutKey = (data: Data, home: string, say: (item: Item) => void): Data => {
  if (!Array.isArray(data["copy_files"])) return data
  const isKey = (file: unknown) => typeof file === "string" && expandHome(file, home) === `${home}/.claude.json`
  const [copy_files, keys] = [
    entries(data["copy_files"]).filter((file) => !isKey(file)),
    entries(data["copy_files"]).filter(isKey)
  ]
  if (keys.length > 0) say(left("copy_files: ~/.claude.json", "It can hold a key, and keys stay outside of the box."))
  return { ...data, copy_files }
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0

const isSilent = (value: unknown): boolean => value === null || value === "" || isEmpty(value)

const stay: Readonly<Record<string, string>> = {
  db_path: "Loop keeps a database of its own.",
  log_file: "Loop keeps a log of its own.",
  container_image: "Loop's boxes need an image that Loop has built; your own steps belong into container/setup.sh."
}

const platforms = (data: Data, say: (item: Item) => void): Data => {
  const named = entries(data["platforms"])
  if (!named.includes("slack")) return data
  say(left("platforms: slack", "Loop does not speak Slack yet."))
  const { platforms: _, ...rest } = data
  const others = named.filter((name) => name !== "slack")
  return others.length === 0 ? rest : { ...rest, platforms: others }
}

/** What differs although the key is written as before. */
const notes: Readonly<Record<string, (value: unknown, data: Data) => string | undefined>> = {
  api_addr: (value) =>
    typeof value === "string" && value.startsWith(":")
      ? `It means 127.0.0.1:${splitAddress(value)?.port ?? ""}: this machine alone, with a token.`
      : undefined,
  task_templates: (value) =>
    entries(value).some((each) => (each as { type?: unknown } | null)?.type === "cron")
      ? "Cron means the configuration's time zone now; it was UTC."
      : undefined,
  slack_bot_token: () => "It is not used before Loop speaks Slack.",
  slack_app_token: () => "It is not used before Loop speaks Slack."
}

const takenItem = ([name, value]: readonly [string, unknown], data: Data): Item => {
  const note = notes[name]?.(value, data)
  return item("config", name, note === undefined ? "taken" : "changed", note ?? "")
}

/** A platform needs its token, so it comes behind it. */
const order = (name: string): number => (name === "platforms" ? 1 : 0)

/** `env` has `HOME` and `LOOP_HOME`; without a text there is nothing to take. */
export const translate = (text: string | undefined, env: Env): Translated => {
  if (text === undefined) return { keys: [], items: [], usual: "discord", database: undefined }
  const parsed = parseText(text)
  if (Result.isFailure(parsed)) {
    const { line, message } = parsed.failure[0] ?? { line: null, message: "It cannot be read" }
    const where = line === null ? "" : `Line ${line}: `
    return { keys: [], items: [left("config.json", `${where}${message}.`)], usual: "discord", database: undefined }
  }
  const items: Array<Item> = []
  const say = (each: Item) => void items.push(each)
  const home = env["HOME"] ?? "/"
  const all = modernize(parsed.success.data)
  const said = Object.fromEntries(Object.entries(all).filter(([, value]) => !isSilent(value)))
  const usual = entries(said["platforms"])[0]
  const database = typeof said["db_path"] === "string" ? said["db_path"] : undefined

  for (const [name, reason] of Object.entries(stay)) {
    if (name in said && !(name === "container_image" && said[name] === "loop-agent:latest")) say(left(name, reason))
  }
  const mine = Object.fromEntries(Object.entries(said).filter(([name]) => !(name in stay)))
  const ours = dropped(mine, "mcp.servers.loop")
  if (!sameData(ours, mine)) say(left("mcp.servers.loop", "That name is Loop's own tools'."))
  const good = sound(withoutKey(platforms(ours, say), home, say), env, say)
  // Each is written in front of those before it.
  const keys = Object.entries(good)
    .filter(([name, value]) => !isSilent(value) && !(name === "mcp" && sameData(value, { servers: {} })))
    .reverse()
    .sort(([a], [b]) => order(a) - order(b))
  if (keys.every(([name]) => name !== "permissions") && usual === "discord") {
    say(
      left("permissions: everybody", 'Nobody was named, so everybody was an owner. "loop serve" prints a code for one.')
    )
  }
  return {
    keys,
    items: [...keys.map((each) => takenItem(each, good)), ...items],
    usual: typeof usual === "string" ? usual : "discord",
    database
  }
}
