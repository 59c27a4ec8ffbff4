/** `loop import` as a process, on homes as the Go Loop leaves them. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { exists } from "../../src/layers/claude/Transcript.ts"
import * as Store from "../../src/layers/store/index.ts"
import { ChannelId, SessionId } from "../../src/domain/Ids.ts"
import type { Item } from "../../src/domain/predecessor/Report.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Tasks } from "../../src/services/Tasks.ts"
import { type Home, loop, loopHome, start } from "../support/Command.ts"
import * as Predecessor from "../support/Predecessor.ts"

const one = "11111111-1111-4111-8111-111111111111"
const two = "22222222-2222-4222-8222-222222222222"
const three = "33333333-3333-4333-8333-333333333333"
const ahead = "2099-01-01 09:00:00+00:00"

const config = `{
  // the owner's own words
  "platforms": ["local", "discord"],
  "discord_token": "old-token",
  "discord_app_id": "42",
  "claude_model": "opus",
  "mounts": ["~/.claude:~/.claude", "~/.gitconfig:~/.gitconfig:ro", "cache:~/.cache"],
  "task_templates": [{ "name": "watch", "schedule": "0 * * * *", "type": "cron", "prompt_path": "watch.md" }],
  "permissions": { "owners": { "users": ["900"] } },
  "db_path": "/somewhere/else.db",
  "no_such_key": 1,
}
`

const grants = (user: string) =>
  JSON.stringify({ owners: { users: [user], roles: null }, members: { users: [], roles: [] } })

const channels = (project: string) => [
  {
    channel_id: "a1b2c3d4e5f6",
    name: "Workshop",
    platform: "local",
    session_id: one,
    created_at: "2025-03-01 10:00:00"
  },
  {
    channel_id: "100001",
    name: "general",
    platform: "discord",
    dir_path: project,
    session_id: two,
    permissions: grants("7")
  },
  {
    channel_id: "100002",
    name: "a thread",
    platform: "discord",
    parent_id: "100001",
    dir_path: project,
    session_id: two,
    permissions: grants("7")
  },
  { channel_id: "100003", name: "spoke", platform: "discord", parent_id: "100001", session_id: three, active: 0 },
  { channel_id: "C1", name: "slack", platform: "slack" },
  { channel_id: "100009", name: "orphan", platform: "discord", parent_id: "100008" }
]

const tasks = [
  {
    channel_id: "a1b2c3d4e5f6",
    schedule: "0 9 * * *",
    type: "cron",
    prompt: "morning",
    next_run_at: ahead,
    auto_delete_sec: 60
  },
  {
    channel_id: "a1b2c3d4e5f6",
    schedule: "TZ=Asia/Tokyo 0 9 * * ?",
    type: "cron",
    prompt: "tokyo",
    next_run_at: ahead
  },
  { channel_id: "a1b2c3d4e5f6", schedule: "5s", type: "interval", prompt: "too often", next_run_at: ahead },
  { channel_id: "a1b2c3d4e5f6", schedule: "1h30m", type: "interval", prompt: "off", enabled: 0 },
  {
    channel_id: "a1b2c3d4e5f6",
    schedule: "2020-01-01T00:00:00Z",
    type: "once",
    prompt: "long ago",
    next_run_at: "2020-01-01 00:00:00"
  },
  { channel_id: "C1", schedule: "1h", type: "interval", prompt: "slack" }
]

/** The Go Loop's home, its user's `.claude` and a project, all below the command's own directory. */
const left = (home: Home, more: Predecessor.Left = {}) => {
  const from = join(home.dir, "old", ".loop")
  const project = join(home.dir, "project")
  mkdirSync(project)
  Predecessor.leave(from, { config, channels: channels(project), tasks, messages: 3, ...more })
  Predecessor.write(join(from, "templates", "watch.md"), "Watch it.")
  Predecessor.write(join(from, "a1b2c3d4e5f6", "work", "notes", "today.md"), "what I wrote")
  Predecessor.write(join(from, "100003", "work", "mine.txt"), "the thread's own")
  const claude = join(home.dir, "old", ".claude")
  Predecessor.converse(claude, join(from, "a1b2c3d4e5f6", "work"), one)
  Predecessor.converse(claude, project, two)
  return { from, project, claude }
}

const Report = Schema.fromJsonString(
  Schema.Struct({
    applied: Schema.Boolean,
    items: Schema.Array(
      Schema.Struct({ kind: Schema.String, name: Schema.String, fate: Schema.String, detail: Schema.String })
    ),
    totals: Schema.Record(Schema.String, Schema.Int)
  })
)
const decodeReport = Schema.decodeUnknownEffect(Report)

const imported = Effect.fnUntraced(function* (home: Home, from: string, ...flags: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* loop(home, ["import", "--from", from, "--json", ...flags])
  assert.deepStrictEqual([code, stderr], [0, ""])
  return yield* decodeReport(stdout)
})

const fates = (
  items: ReadonlyArray<Pick<Item, "name"> & { readonly kind: string; readonly fate: string }>,
  kind: string
) => Object.fromEntries(items.filter((each) => each.kind === kind).map(({ fate, name }) => [name, fate]))

const inStore = <A, E>(home: Home, effect: Effect.Effect<A, E, Channels | Tasks>) =>
  Effect.provide(effect, Store.layer(join(home.env.LOOP_HOME, "loop.sqlite")))

const id = (text: string) => ChannelId.make(text)
const workIn = (home: Home, channel: string) =>
  join(home.env.LOOP_HOME, "channels", channel.replace(":", "%3A"), "work")

const channel = (home: Home, name: string) =>
  inStore(
    home,
    Channels.use((all) => all.get(id(name)))
  )
const tasksOf = (home: Home, name: string) =>
  inStore(
    home,
    Tasks.use((all) => all.ofChannel(id(name)))
  )

/** The files of a LOOP_HOME, without when they were written and where that is. */
const content = (home: Home) =>
  Predecessor.tree(home.env.LOOP_HOME)
    .filter((line) => !/^(loop\.sqlite|run\/lock)/.test(line))
    .map((line) => line.replace(/ \d{10,}(\.\d+)? /, " ").replaceAll(basename(home.dir), ""))

const preload = (name: string) => `--import=${fileURLToPath(new URL(`../support/${name}`, import.meta.url))}`

describe("loop import", { timeout: 180_000 }, () => {
  it.live("says what it would take, and writes nothing at all without --apply", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const { from } = left(home)
      const before = Predecessor.tree(home.dir)
      const { code, stderr, stdout } = yield* loop(home, ["import", "--from", from])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const lines = stdout.split("\n")
      assert.include(lines, "taken\tconfig\tclaude_model\t")
      assert.include(lines, "left\tconfig\tno_such_key\tThere is no such key.")
      assert.include(lines, "left\tchannel\tslack:C1\tLoop does not speak Slack yet; import again once it does")
      assert.include(lines, "left\thistory\t3 messages\tWhat agents remember of them is in their conversations.")
      assert.include(stdout, "Nothing was written: this was a dry run.")
      assert.notInclude(stdout, "old-token")
      assert.deepStrictEqual(Predecessor.tree(home.dir), before)
    })
  )

  it.live(
    "takes channels, threads, grants, directories, conversations and tasks, and leaves the original as it was",
    () =>
      Effect.gen(function* () {
        const home = yield* loopHome()
        const { from, project } = left(home)
        const before = Predecessor.tree(join(home.dir, "old"))
        const { items } = yield* imported(home, from, "--apply")
        assert.deepStrictEqual(Predecessor.tree(join(home.dir, "old")), before)

        assert.deepStrictEqual(fates(items, "thread"), {
          "discord:100002": "taken",
          "discord:100003": "taken",
          "discord:100009": "left"
        })
        const workshop = yield* channel(home, "local:a1b2c3d4e5f6")
        assert.include(workshop, { name: "Workshop", session_id: SessionId.make(one), active: true, dir_path: null })
        assert.strictEqual(workshop.created_at, Date.UTC(2025, 2, 1, 10))
        const general = yield* channel(home, "discord:100001")
        assert.include(general, { dir_path: project, session_id: SessionId.make(two) })
        assert.deepStrictEqual(general.permissions.owners, { users: ["7"], roles: [] })
        const thread = yield* channel(home, "discord:100002")
        assert.deepStrictEqual(thread.fork_from, { session_id: SessionId.make(two), message_uuid: null })
        assert.deepInclude(thread, {
          parent_id: id("discord:100001"),
          session_id: null,
          dir_path: null,
          permissions: {}
        })
        const spoke = yield* channel(home, "discord:100003")
        assert.include(spoke, { active: false, session_id: null, dir_path: workIn(home, "discord:100003") })
        assert.strictEqual(readFileSync(join(spoke.dir_path ?? "", "mine.txt"), "utf8"), "the thread's own")
        const note = join(workIn(home, "local:a1b2c3d4e5f6"), "notes", "today.md")
        assert.strictEqual(readFileSync(note, "utf8"), "what I wrote")

        for (const [root, session] of [
          ["local:a1b2c3d4e5f6", one],
          ["discord:100001", two]
        ] as const) {
          const boxHome = join(home.env.LOOP_HOME, "channels", root.replace(":", "%3A"), "home")
          assert.isTrue(yield* exists(boxHome, SessionId.make(session)), root)
        }
        const open = execFileSync("find", [home.env.LOOP_HOME, "!", "-type", "l", "-perm", "/077"], {
          encoding: "utf8"
        })
        assert.strictEqual(open, "", "nobody else can read any of it")

        const all = yield* tasksOf(home, "local:a1b2c3d4e5f6")
        const seen = all.map(({ enabled, next_run_at, options, prompt, schedule, timezone }) => [
          prompt,
          schedule,
          timezone,
          enabled,
          next_run_at,
          options.session,
          options.auto_delete_sec
        ])
        const nine = Date.UTC(2099, 0, 1, 9)
        assert.sameDeepMembers(seen, [
          ["morning", "0 9 * * *", "UTC", true, nine, "channel", 60],
          ["tokyo", "0 9 * * *", "Asia/Tokyo", true, nine, "channel", 0],
          ["too often", "5s", null, false, null, "channel", 0],
          ["off", "1h30m", null, false, null, "channel", 0],
          ["long ago", "2020-01-01T00:00:00Z", null, false, null, "channel", 0]
        ])
        assert.deepStrictEqual(fates(items, "task")["6 (interval 1h)"], "left")
      })
  )

  it.live("writes into the configuration only what that does not say, and keeps its comments", () =>
    Effect.gen(function* () {
      const mine = `{\n  // my model\n  "claude_model": "haiku", // cheap\n  "claude_code_oauth_token": "mine"\n}\n`
      const home = yield* loopHome(mine)
      const { from } = left(home, { config: config.replace("{", `{ "anthropic_api_key": "theirs",`) })
      const { items } = yield* imported(home, from, "--apply")
      const text = readFileSync(home.config, "utf8")
      assert.include(
        text,
        `  // my model\n  "claude_model": "haiku", // cheap\n  "claude_code_oauth_token": "mine"\n}\n`
      )
      assert.include(text, `"discord_token": "old-token"`)
      assert.notMatch(text, /theirs|\.claude:|db_path|no_such_key/)
      assert.strictEqual(statSync(home.config).mode & 0o777, 0o600)
      const told = fates(items, "config")
      assert.include(told, {
        claude_model: "kept",
        anthropic_api_key: "kept",
        platforms: "taken",
        "mounts: ~/.claude:~/.claude": "left"
      })
      assert.deepStrictEqual(fates(items, "template"), { "watch.md": "taken" })
      assert.strictEqual((yield* loop(home, ["config", "check"])).code, 0)
    })
  )

  it.live("changes nothing when it is done again, also where something was deleted or reset here since", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const { from } = left(home)
      yield* imported(home, from, "--apply")
      yield* inStore(
        home,
        Effect.gen(function* () {
          const all = yield* Channels
          yield* all.patch(id("local:a1b2c3d4e5f6"), { session_id: null })
          yield* all.remove(id("discord:100003"))
          const [task] = yield* Tasks.use((tasks) => tasks.ofChannel(id("local:a1b2c3d4e5f6")))
          yield* Tasks.use((tasks) => tasks.remove(task?.task_id ?? 0))
        })
      )
      const before = Predecessor.tree(home.env.LOOP_HOME)
      const { totals } = yield* imported(home, from, "--apply")
      assert.include(totals, { taken: 0, changed: 0 })
      assert.deepStrictEqual(Predecessor.tree(home.env.LOOP_HOME), before)
    })
  )

  it.live("is taken up by a server, and refuses to work beside one", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(
        `{ "api_addr": ":0", "sandbox": "docker", "docker_host": "unix:///nowhere/docker.sock", "platforms": ["local"] }`
      )
      const { from } = left(home)
      yield* imported(home, from, "--apply")
      const server = yield* start(home, ["serve"])
      yield* server.says("listening on http://127.0.0.1:")
      for (const flags of [[], ["--apply"]]) {
        const refused = yield* loop(home, ["import", "--from", from, ...flags])
        assert.deepStrictEqual([refused.code, refused.stdout], [1, ""])
        assert.match(refused.stderr, /^loop: Another Loop server uses .* already .* Stop that one/)
      }
      const url = /listening on (\S+)/.exec(server.said())?.[1]
      const get = <S extends Schema.ConstraintDecoder<unknown>>(path: string, schema: S) =>
        Effect.promise(() =>
          fetch(`${url}/api/${path}`, {
            headers: { authorization: `Bearer ${readFileSync(join(home.env.LOOP_HOME, "token"), "utf8").trim()}` }
          }).then((response) => response.json())
        ).pipe(Effect.flatMap(Schema.decodeUnknownEffect(schema)))
      const Shown = Schema.Struct({ name: Schema.String, session_id: Schema.NullOr(Schema.String) })
      assert.deepStrictEqual(yield* get("channels/local:a1b2c3d4e5f6", Shown), { name: "Workshop", session_id: one })
      const Task = Schema.Struct({ prompt: Schema.String, next_run_at: Schema.NullOr(Schema.String) })
      const [first] = yield* get("tasks?channel_id=local:a1b2c3d4e5f6", Schema.Array(Task))
      assert.deepStrictEqual(first, { prompt: "morning", next_run_at: "2099-01-01T09:00:00.000Z" })
    })
  )

  it.live("is repeated after it was killed anywhere, with the same result", () =>
    Effect.gen(function* () {
      const whole = yield* loopHome()
      yield* imported(whole, left(whole).from, "--apply")
      const wanted = content(whole)

      const home = yield* loopHome()
      const { from } = left(home)
      const before = Predecessor.tree(join(home.dir, "old"))
      const apply = (env: object) => loop(home, ["import", "--from", from, "--apply"], { env })
      const renaming = (when: string) => ({
        NODE_OPTIONS: preload("killAtRename.mjs"),
        LOOP_TEST_KILL_RENAME: `${when} 1`
      })
      assert.isNull((yield* apply(renaming("before"))).code)
      // A prompt file, two work directories, two conversations, the configuration: each put in its place by renaming.
      for (let placed = 0; placed < 6; placed++) {
        assert.isNull((yield* apply(renaming("after"))).code)
      }
      assert.deepStrictEqual(content(home), wanted)
      assert.isFalse(existsSync(join(home.env.LOOP_HOME, "loop.sqlite")))
      let killed = 0
      for (let write = 1; ; write++, killed++) {
        const env = { NODE_OPTIONS: preload("killAt.mjs"), LOOP_TEST_KILL: `before ${write} start` }
        if ((yield* apply(env)).code === 0) break
      }
      assert.isAtLeast(killed, 2)
      const rows = (at: Home) =>
        inStore(
          at,
          Effect.gen(function* () {
            const all = yield* Channels.use((channels) => channels.search(""))
            const tasks = yield* Tasks.use((tasks) => tasks.ofChannel(id("local:a1b2c3d4e5f6")))
            return [
              all.map(({ channel_id, session_id }) => [channel_id, session_id]),
              tasks.map(({ prompt }) => prompt)
            ]
          })
        )
      assert.deepStrictEqual(yield* rows(home), yield* rows(whole))
      assert.deepStrictEqual(Predecessor.tree(join(home.dir, "old")), before)
    })
  )
})
