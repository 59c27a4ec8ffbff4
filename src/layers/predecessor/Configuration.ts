/** `config.json` and the prompt files of templates: the predecessor's words where the user's own file is silent. */
import { Effect, Option, Result } from "effect"
import { mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { decodeConfig } from "../../domain/Config.ts"
import { exampleConfig } from "../../domain/config/example.ts"
import { parseText } from "../../domain/config/parse.ts"
import { merge } from "../../domain/predecessor/MergeConfig.ts"
import { item, type Item } from "../../domain/predecessor/Report.ts"
import type { Translated } from "../../domain/predecessor/Config.ts"
import { ConfigInvalid } from "../../services/Settings.ts"
import type { withHomes } from "../settings/LoopHome.ts"
import { attempt, codeOf } from "./Failed.ts"

type Homes = ReturnType<typeof withHomes>

/** Undefined where there is none. */
export const readText = (path: string) =>
  attempt(path, "cannot be read", () =>
    readFile(path, "utf8").catch((cause: unknown) => {
      if (codeOf(cause) === "ENOENT") return undefined
      throw cause
    })
  )

export interface Configured {
  readonly items: ReadonlyArray<Item>
  /** Loop's own database, as the configuration will have it. */
  readonly database: string
  /** Undefined: the file stays as it is. */
  readonly text: string | undefined
}

/** LOOP_HOME is the predecessor's home, and its file the user's own already: nothing is written, everything is said. */
const inPlace = (text: string, homes: Homes, theirs: string): Configured => {
  const read = decodeConfig(text, homes, "UTC")
  const own = `${homes.LOOP_HOME}/loop.sqlite`
  if (Result.isSuccess(read)) {
    const { db_path } = read.success.config
    const kept = item("config", "config.json", "kept", "It is Loop's own file, and applies as it stands.")
    return { items: [kept], database: db_path === theirs ? own : db_path, text: undefined }
  }
  const items = read.failure.map(({ key, line, message }) =>
    item(
      "config",
      key === "" ? "config.json" : key,
      "left",
      `Mend line ${line ?? 1} of it before "loop serve": ${message}.`
    )
  )
  // What else is wrong does not matter for where the database is.
  const parsed = parseText(text)
  const { db_path } = Result.isSuccess(parsed) ? parsed.success.data : {}
  const alone = decodeConfig(typeof db_path === "string" ? JSON.stringify({ db_path }) : "{}", homes, "UTC")
  const database = Result.isSuccess(alone) ? alone.success.config.db_path : own
  return { items, database: database === theirs ? own : database, text: undefined }
}

/** What becomes of LOOP_HOME's configuration; fails where the file that is there cannot be used. */
export const plan = Effect.fn("Predecessor.configuration")(function* (
  translated: Translated,
  homes: Homes,
  same: boolean,
  theirDatabase: string
) {
  const path = join(homes.LOOP_HOME, "config.json")
  const there = yield* readText(path)
  if (same && there !== undefined) return inPlace(there, homes, theirDatabase)
  const before = there ?? exampleConfig
  const read = decodeConfig(before, homes, "UTC")
  if (Result.isFailure(read)) return yield* new ConfigInvalid({ path, problems: read.failure })
  const { items, text } = merge(before, translated.keys, homes)
  const done: Configured = {
    items: translated.items.map((each) => items.get(each.name) ?? each),
    database: read.success.config.db_path,
    text: text === there ? undefined : text
  }
  return done
})

/** Written beside it and put in its place, readable by its owner alone. */
export const write = (home: string, text: string) => {
  const path = join(home, "config.json")
  return attempt(path, "could not be written", async () => {
    const real = await realpath(path).catch(() => path)
    const draft = `${real}.import.new`
    await writeFile(draft, text, { mode: 0o600 })
    await rename(draft, real)
  })
}

const promptPaths = (keys: Translated["keys"]): ReadonlyArray<string> => {
  const [, templates] = keys.find(([name]) => name === "task_templates") ?? ["", []]
  const named = (templates as ReadonlyArray<{ readonly prompt_path?: string }>).flatMap(({ prompt_path: path }) =>
    path === undefined ? [] : [path]
  )
  return [...new Set(named)]
}

const put = async (text: string, target: string) => {
  const draft = `${target}.import.new`
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await rm(draft, { force: true })
  await writeFile(draft, text, { flag: "wx", mode: 0o600 })
  await rename(draft, target)
}

/** Prompt files of the templates that are taken; what is here stays. Their paths stay inside of both directories. */
export const templates = Effect.fn("Predecessor.templates")(function* (
  from: string,
  home: string,
  keys: Translated["keys"],
  apply: boolean
) {
  const items: Array<Item> = []
  for (const path of promptPaths(keys)) {
    const [source, target] = [join(from, "templates", path), join(home, "templates", path)]
    const say = (fate: Item["fate"], detail = "") => items.push(item("template", path, fate, detail))
    const theirs = yield* Effect.option(readText(source))
    const ours = yield* readText(target)
    const text = Option.getOrUndefined(theirs)
    if (text === undefined) say("left", `There is no text in ${source}.`)
    else if (ours !== undefined) say("kept", ours === text ? "It is there already." : `${target} says something else.`)
    else {
      if (apply) yield* attempt(target, "could not be written", () => put(text, target))
      say("taken")
    }
  }
  return items
})
