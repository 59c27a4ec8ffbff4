/**
 * Takes over what the predecessor left. Files first, each put in its place when it is whole; then the configuration; rows
 * last, in one transaction that also remembers what was taken. So an import that was interrupted is repeated, and one
 * that was not changes nothing when it is.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Clock, Effect } from "effect"
import { existsSync } from "node:fs"
import { realpath } from "node:fs/promises"
import { dirname, isAbsolute, join, resolve } from "node:path"
import { expandHome } from "../../domain/Config.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import * as Channels from "../../domain/predecessor/Channels.ts"
import * as Config from "../../domain/predecessor/Config.ts"
import { item, type Item, plural } from "../../domain/predecessor/Report.ts"
import type { OldTask } from "../../domain/predecessor/Rows.ts"
import * as Tasks from "../../domain/predecessor/Tasks.ts"
import * as HomeLock from "../HomeLock.ts"
import { type Env, makeHome, withHomes } from "../settings/LoopHome.ts"
import * as ImportSql from "../store/ImportSql.ts"
import * as Store from "../store/index.ts"
import * as Configuration from "./Configuration.ts"
import * as Conversation from "./Conversation.ts"
import * as Database from "./Database.ts"
import { attempt, ImportFailed } from "./Failed.ts"
import * as Sessions from "./Sessions.ts"

export interface Wanted {
  /** The predecessor's home. */
  readonly from: string
  /** A `.claude` with its conversations; undefined: beside its home, and in the user's. */
  readonly claude: string | undefined
  readonly apply: boolean
}

export interface Imported {
  readonly from: string
  readonly home: string
  readonly applied: boolean
  readonly items: ReadonlyArray<Item>
}

const fail = (path: string, message: string) => new ImportFailed({ path, message })

const realOf = (path: string) => Effect.promise(() => realpath(path).catch(() => resolve(path)))

/** The database that its configuration names, if it is there, else the usual one. */
const databaseOf = (from: string, named: string | undefined, home: string): string => {
  const path = expandHome(named ?? "", home)
  return isAbsolute(path) && existsSync(path) ? path : join(from, "loop.db")
}

const taskName = (old: OldTask) => `${old.id} (${old.type} ${old.schedule})`

const takeTasks = (
  tasks: ReadonlyArray<OldTask>,
  taken: ReadonlyMap<string, ChannelId>,
  known: ImportSql.Known,
  now: number
) => {
  const items: Array<Item> = []
  const rows = new Map<string, Tasks.TakenTask>()
  const templates = new Set(known.templates)
  for (const old of tasks) {
    const say = (fate: Item["fate"], detail = "") => items.push(item("task", taskName(old), fate, detail))
    const key = `${old.channel}/${old.id}/${old.createdAt ?? ""}`
    const channel = taken.get(old.channel)
    const judged = channel === undefined ? `its channel (${old.channel}) is not taken` : Tasks.judge(old, channel, now)
    if (known.imported.tasks.has(key)) say("kept", "It was imported before.")
    else if (typeof judged === "string") say("left", judged)
    else {
      const { changes, task } = judged
      const template = task.template_name === null ? null : ImportSql.templateKey(task.channel_id, task.template_name)
      if (template !== null && templates.has(template)) say("left", "the channel has a task of that template already")
      else {
        if (template !== null) templates.add(template)
        rows.set(key, task)
        const next = task.next_run_at === null ? [] : [`next ${new Date(task.next_run_at).toISOString()}`]
        say(changes.length > 0 ? "changed" : "taken", [...changes, ...next].join("; "))
      }
    }
  }
  return { items, rows }
}

const notices = (from: string, home: string, messages: number): ReadonlyArray<Item> => {
  const said = plural(messages, "message")
  const container = existsSync(join(home, "container", "Dockerfile"))
  const ours = existsSync(join(home, "container", ".shipped.json"))
  const move = `Move ${home}/container away, so that Loop writes its own; your steps belong into setup.sh there.`
  const image =
    "If the Go Loop built an image of this name, remove it: Loop would run it as it is. docker rmi loop-agent:latest"
  return [
    item("config", "image loop-agent:latest", "left", image),
    ...(messages > 0 ? [item("history", said, "left", "What agents remember of them is in their conversations.")] : []),
    ...(from === home && container && !ours ? [item("config", "container/Dockerfile", "left", move)] : [])
  ]
}

const run = Effect.fnUntraced(function* (wanted: Wanted, env: Env) {
  const homes = withHomes(env)
  const from = yield* realOf(expandHome(wanted.from, homes.HOME))
  const text = yield* Configuration.readText(join(from, "config.json"))
  const translated = Config.translate(text, homes)
  const theirs = databaseOf(from, translated.database, homes.HOME)
  if (text === undefined && !existsSync(theirs)) {
    return yield* fail(from, `${from} has no config.json and no loop.db. Give the Go Loop's home, such as ~/.loop.`)
  }
  const same = from === (yield* realOf(homes.LOOP_HOME))
  if (wanted.apply) {
    yield* Effect.mapError(makeHome(homes.LOOP_HOME), ({ message }) =>
      fail(homes.LOOP_HOME, `LOOP_HOME cannot be made or written to (${message}). Set it to a directory of yours.`)
    )
  }
  const home = yield* realOf(homes.LOOP_HOME)
  const locks = join(home, "run")
  if (existsSync(join(locks, "lock")) || wanted.apply) yield* HomeLock.hold({ home, run: locks })

  const old = yield* Database.read(theirs)
  const config = yield* Configuration.plan(translated, homes, same, theirs)
  const templates = same ? [] : yield* Configuration.templates(from, home, translated.keys, wanted.apply)
  const known = yield* ImportSql.known(yield* Database.aside(config.database))
  const { accepted, items: refused } = Channels.sortOut(old.channels, translated.usual)
  const claudes =
    wanted.claude === undefined ? [join(dirname(from), ".claude"), join(homes.HOME, ".claude")] : [wanted.claude]
  const given: Conversation.Given = {
    from,
    home,
    known,
    user: homes.HOME,
    apply: wanted.apply,
    byId: new Map(accepted.map((each) => [each.channel_id, each])),
    sessions: yield* attempt(claudes.join(", "), "cannot be looked through", () => Sessions.find([...new Set(claudes)]))
  }
  const channels = yield* Effect.forEach(accepted, (each) => Conversation.take(given, each))
  // One that was imported before and deleted since has no tasks to come either.
  const rows = channels.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const here = new Set([...known.channels.keys(), ...rows.map(({ channel_id }) => channel_id)])
  const reachable = rows.filter(({ parent_id }) => parent_id === null || here.has(parent_id))
  const ids = new Map(
    accepted.filter(({ channel_id }) => here.has(channel_id)).map((each) => [each.old.id, each.channel_id])
  )
  const tasks = takeTasks(old.tasks, ids, known, yield* Clock.currentTimeMillis)

  if (wanted.apply) {
    if (config.text !== undefined) yield* Configuration.write(home, config.text)
    if (reachable.length > 0 || tasks.rows.size > 0) {
      yield* Effect.provide(ImportSql.store({ channels: reachable, tasks: tasks.rows }), Store.layer(config.database))
    }
  }
  const items = [
    ...config.items,
    ...templates,
    ...channels.flatMap((each) => each.items),
    ...refused,
    ...tasks.items,
    ...notices(from, home, old.messages)
  ]
  return { from, home, applied: wanted.apply, items } satisfies Imported
})

/** Nothing of the predecessor's is written to; without `apply` nothing at all. */
export const importHome = (wanted: Wanted, env: Env = process.env) =>
  Effect.scoped(run(wanted, env)).pipe(Effect.provide(NodeFileSystem.layer), Effect.withSpan("Predecessor.import"))
