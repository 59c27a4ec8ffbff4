/** `loop import` on homes that agents have had their hands in, on older ones, and on one that is LOOP_HOME itself. */
import { execFileSync, spawnSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Store from "../../src/layers/store/index.ts"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Tasks } from "../../src/services/Tasks.ts"
import { type Home, loop, loopHome } from "../support/Command.ts"
import * as Predecessor from "../support/Predecessor.ts"

const session = "11111111-1111-4111-8111-111111111111"

const inStore = <A, E>(home: Home, effect: Effect.Effect<A, E, Channels | Tasks>) =>
  Effect.provide(effect, Store.layer(join(home.env.LOOP_HOME, "loop.sqlite")))

const channel = (home: Home, id: string) =>
  inStore(
    home,
    Channels.use((all) => all.get(ChannelId.make(id)))
  )

const apply = Effect.fnUntraced(function* (home: Home, from: string) {
  const { code, stderr, stdout } = yield* loop(home, ["import", "--from", from, "--apply"])
  assert.deepStrictEqual([code, stderr], [0, ""])
  return stdout
})

const boxOf = (home: Home, id: string) => join(home.env.LOOP_HOME, "channels", id.replace(":", "%3A"))

/** Whether anything below the directory holds this text; links are not followed. */
const holds = (dir: string, text: string): boolean => spawnSync("grep", ["-rqa", text, dir]).status === 0

const local = (id: string, more = {}) => ({ channel_id: id, name: id, platform: "local", ...more })

describe("loop import", { timeout: 180_000 }, () => {
  it.live("follows no link out of what agents could write, and copies links as links", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const from = join(home.dir, "old")
      Predecessor.leave(from, { channels: [local("one"), local("two"), local("three"), local("../secrets")] })
      Predecessor.write(join(home.dir, "secrets", "work", "key"), "TOP SECRET")
      Predecessor.write(join(from, "one", "work", "plain"), "plain")
      symlinkSync(join(home.dir, "secrets"), join(from, "one", "work", "out"))
      symlinkSync("../../../secrets/work/key", join(from, "one", "work", "file"))
      execFileSync("mkfifo", [join(from, "one", "work", "pipe")])
      writeFileSync(
        Buffer.concat([Buffer.from(`${join(from, "one", "work")}/`), Buffer.from([0xff, 0x0a])]),
        "odd name"
      )
      mkdirSync(join(from, "two"))
      symlinkSync(join(home.dir, "secrets", "work"), join(from, "two", "work"))
      symlinkSync(join(home.dir, "secrets"), join(from, "three"))

      const said = yield* apply(home, from)
      assert.include(said, "taken\tchannel\tlocal:one\tone")
      assert.include(said, "without pipe: it is no file")
      assert.include(said, "left\twork\tlocal:two\tNot copied: it is reached through a link.")
      assert.include(said, "left\twork\tlocal:three\tNot copied: it is reached through a link.")
      assert.include(said, "left\tchannel\tlocal:../secrets\tthat is no id of a channel on local")
      const work = join(boxOf(home, "local:one"), "work")
      assert.strictEqual(readlinkSync(join(work, "out")), join(home.dir, "secrets"))
      assert.strictEqual(readlinkSync(join(work, "file")), "../../../secrets/work/key")
      assert.strictEqual(readdirSync(work).length, 4)
      assert.isFalse(holds(home.env.LOOP_HOME, "TOP SECRET"))
    })
  )

  it.live("takes no conversation through a link, and writes none into a home whose agent has set one", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const from = join(home.dir, "old")
      const other = "22222222-2222-4222-8222-222222222222"
      const third = "33333333-3333-4333-8333-333333333333"
      const rows = [session, other, third, "../../../secrets/key"]
      Predecessor.leave(from, { channels: rows.map((session_id, n) => local(`c${n}`, { session_id })) })
      const claude = join(home.dir, ".claude")
      Predecessor.write(join(home.dir, "secrets", "key"), "TOP SECRET")
      Predecessor.write(join(home.dir, "secrets", "p", `${other}.jsonl`), "TOP SECRET")
      mkdirSync(join(claude, "projects", "a"), { recursive: true })
      symlinkSync(join(home.dir, "secrets", "key"), join(claude, "projects", "a", `${session}.jsonl`))
      symlinkSync(join(home.dir, "secrets", "p"), join(claude, "projects", "b"))
      Predecessor.converse(claude, "/somewhere", third)
      mkdirSync(join(boxOf(home, "local:c2"), "home"), { recursive: true })
      mkdirSync(join(home.dir, "outside"))
      symlinkSync(join(home.dir, "outside"), join(boxOf(home, "local:c2"), "home", ".claude"))

      const said = yield* apply(home, from)
      for (const n of [0, 2])
        assert.include(said, `left\tsession\tlocal:c${n}\tNot copied: it is reached through a link.`)
      for (const n of [1, 3]) assert.include(said, `left\tsession\tlocal:c${n}\tIts file is not there`)
      for (const n of [0, 1, 2, 3]) assert.isNull((yield* channel(home, `local:c${n}`)).session_id)
      assert.deepStrictEqual(readdirSync(join(home.dir, "outside")), [])
      assert.isFalse(holds(home.env.LOOP_HOME, "TOP SECRET"))
    })
  )

  it.live("reads databases of earlier versions, and refuses what is none", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const from = join(home.dir, "old")
      Predecessor.leave(from, {
        older: true,
        channels: [{ channel_id: "100001", name: "general" }],
        tasks: [{ channel_id: "100001", schedule: "@never", type: "cron", prompt: "x" }]
      })
      const said = yield* apply(home, from)
      assert.include(said, "taken\tchannel\tdiscord:100001\tgeneral")
      assert.match(said, /changed\ttask\t1 \(cron @never\)\toff: There is no "@never"/)
      assert.include(yield* channel(home, "discord:100001"), { platform: "discord", active: true, parent_id: null })
      const [task] = yield* inStore(
        home,
        Tasks.use((all) => all.ofChannel(ChannelId.make("discord:100001")))
      )
      assert.include(task, { enabled: false, template_name: null })
      assert.include(task?.paused_reason, 'There is no "@never"')

      const none = join(home.dir, "none")
      mkdirSync(none)
      const db = new DatabaseSync(join(none, "loop.db"))
      db.exec("CREATE TABLE chats (id INTEGER)")
      db.close()
      for (const [write, because] of [
        [() => undefined, /has no table of channels: it is too old/],
        [() => writeFileSync(join(none, "loop.db"), "no database"), /is no database that can be read/],
        [() => renameSync(join(none, "loop.db"), join(none, "x")), /has no config\.json and no loop\.db/]
      ] as const) {
        write()
        const { code, stderr, stdout } = yield* loop(home, ["import", "--from", none])
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.match(stderr, because)
      }
      assert.strictEqual((yield* loop(home, ["import"])).code, 2)
    })
  )

  it.live("works where LOOP_HOME is the Go Loop's own home, and tells what to mend in its configuration", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const from = home.env.LOOP_HOME
      const config = `{\n  "platform": "discord",\n  "discord_token": "t",\n  "discord_app_id": "1",\n  "old_key": 1,\n  "db_path": "${from}/loop.db"\n}\n`
      Predecessor.leave(from, { config, channels: [local("one")] })
      Predecessor.write(join(from, "one", "work", "plain"), "plain")
      Predecessor.write(join(from, "container", "Dockerfile"), "FROM golang")
      const theirs = ["config.json", "loop.db", "loop.db-wal", "one", "container"]
      const before = Predecessor.tree(from).filter((line) => theirs.some((name) => line.startsWith(name)))
      const said = yield* apply(home, from)
      assert.include(said, `left\tconfig\told_key\tMend line 5 of it before "loop serve": There is no such key.`)
      assert.include(said, `left\tconfig\tcontainer/Dockerfile\tMove ${from}/container away`)
      const after = Predecessor.tree(from).filter((line) => theirs.some((name) => line.startsWith(name)))
      assert.deepStrictEqual(after, before)
      assert.strictEqual(readFileSync(join(boxOf(home, "local:one"), "work", "plain"), "utf8"), "plain")
      assert.isTrue(existsSync(join(from, "loop.sqlite")))
      assert.include(yield* channel(home, "local:one"), { dir_path: null })
    })
  )

  it.live("leaves a channel that is known here as it is, but for what it does not say", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const from = join(home.dir, "old")
      const [known, silent] = [ChannelId.make("local:known"), ChannelId.make("local:silent")]
      yield* inStore(
        home,
        Channels.use((all) =>
          Effect.all([
            all.upsert({ channel_id: known, platform: "local", name: "mine", dir_path: "/mine" }),
            all.upsert({ channel_id: silent, platform: "local", name: "mine" })
          ])
        )
      )
      const project = join(home.dir, "project")
      const rows = ["known", "silent"].map((id, n) => local(id, { dir_path: `${project}${n}`, active: 0 }))
      Predecessor.leave(from, { channels: [...rows, local("all", { dir_path: home.dir })] })
      const said = yield* apply(home, from)
      assert.include(yield* channel(home, known), { name: "mine", dir_path: "/mine", active: true })
      assert.include(yield* channel(home, silent), { name: "mine", dir_path: `${project}1`, active: true })
      assert.include(said, `left\twork\tlocal:all\t${home.dir}: it holds your whole home with its keys`)
      assert.isNull((yield* channel(home, "local:all")).dir_path)
    })
  )
})
