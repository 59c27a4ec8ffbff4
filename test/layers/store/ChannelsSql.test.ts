import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import type { ChannelId, SessionId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Journal } from "../../../src/services/Journal.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Processes } from "../../../src/services/Processes.ts"
import { Requests } from "../../../src/services/Requests.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { approval, fresh, inbound, openRoom, other, process, request, room, run, runId } from "./support.ts"

const thread = "local:thread" as ChannelId
const session = "s1" as SessionId
const ids = (found: ReadonlyArray<{ readonly channel_id: ChannelId }>) => found.map((channel) => channel.channel_id)

describe("Channels", () => {
  it.effect("makes a channel that is met for the first time", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      yield* TestClock.setTime(1_700_000_000_000)
      const made = yield* channels.upsert({ channel_id: room, platform: "local" })
      assert.deepStrictEqual(made, {
        channel_id: room,
        platform: "local",
        name: "room",
        parent_id: null,
        dir_path: null,
        active: true,
        session_id: null,
        last_message_uuid: null,
        fork_from: null,
        resets: 0,
        reset_seq: 0,
        settings: {},
        approved_project: null,
        permissions: {},
        created_at: 1_700_000_000_000
      })
      assert.deepStrictEqual(yield* channels.get(room), made)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("never blanks what is stored when a channel is met again", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      yield* openRoom(other)
      const fork_from = { session_id: session, message_uuid: "u1" }
      const whole = {
        channel_id: room,
        platform: "local",
        name: "One",
        parent_id: other,
        dir_path: "/one",
        fork_from
      } as const
      yield* channels.upsert(whole)
      yield* channels.patch(room, { session_id: session, last_message_uuid: "u2", settings: { busy: "steer" } })
      const before = yield* channels.get(room)
      assert.deepStrictEqual(yield* channels.upsert({ channel_id: room, platform: "local" }), before)
      assert.deepStrictEqual(yield* channels.upsert({ channel_id: room, platform: "local", name: "Two" }), {
        ...before,
        name: "Two"
      })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("changes only what a patch names, settings key by key", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      yield* openRoom()
      yield* channels.patch(room, { dir_path: "/d", settings: { busy: "collect", claude_model: "m" } })
      const patched = yield* channels.patch(room, { active: false, settings: { busy: null, permission_mode: "ask" } })
      assert.deepStrictEqual(patched.settings, { claude_model: "m", permission_mode: "ask" })
      assert.deepStrictEqual([patched.active, patched.dir_path, patched.name], [false, "/d", "room"])
      assert.deepStrictEqual((yield* channels.patch(room, { dir_path: null })).dir_path, null)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("says which channel it does not know", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const missing = [channels.get(room), channels.patch(room, { name: "x" })]
      for (const effect of missing) {
        const error = yield* Effect.flip(effect)
        assert.deepStrictEqual([error._tag, error.message], ["ChannelNotFound", "There is no channel local:room."])
      }
    }).pipe(Effect.provide(fresh))
  )

  it.effect("finds names by any part, of threads too, in any case and any script, and takes wildcards literally", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const add = (id: string, name: string) =>
        channels.upsert({ channel_id: `local:${id}` as ChannelId, platform: "local", name })
      yield* add("1", "ÜBUNG")
      yield* add("2", "zeta_1")
      yield* add("3", "Alpha")
      yield* add("4", "zetaX1")
      yield* channels.upsert({
        channel_id: thread,
        platform: "local",
        name: "Betas",
        parent_id: "local:3" as ChannelId
      })
      assert.deepStrictEqual(ids(yield* channels.search("übu")), ["local:1"])
      assert.deepStrictEqual(ids(yield* channels.search("BETA")), ["local:thread"])
      assert.deepStrictEqual(ids(yield* channels.search("A_1")), ["local:2"])
      assert.deepStrictEqual(ids(yield* channels.search("%")), [])
      assert.deepStrictEqual(ids(yield* channels.search("")), [
        "local:3",
        "local:thread",
        "local:2",
        "local:4",
        "local:1"
      ])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("resolves an exact id, or a native one to all it may mean", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      yield* channels.upsert({ channel_id: "discord:7" as ChannelId, platform: "discord" })
      yield* channels.upsert({ channel_id: "local:7" as ChannelId, platform: "local" })
      yield* openRoom()
      assert.deepStrictEqual(ids(yield* channels.resolve("local:7")), ["local:7"])
      assert.deepStrictEqual(ids(yield* channels.resolve("7")), ["discord:7", "local:7"])
      assert.deepStrictEqual(ids(yield* channels.resolve("room")), [room])
      assert.deepStrictEqual(ids(yield* channels.resolve("nowhere")), [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("finds the channel of a directory on its platform, never a thread", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      yield* openRoom()
      yield* channels.upsert({ channel_id: thread, platform: "local", parent_id: room, dir_path: "/d" })
      assert.deepStrictEqual(yield* channels.byDirectory("/d", "local"), undefined)
      yield* channels.patch(room, { dir_path: "/d" })
      assert.deepStrictEqual((yield* channels.byDirectory("/d", "local"))?.channel_id, room)
      assert.deepStrictEqual(yield* channels.byDirectory("/d", "discord"), undefined)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("tells who works in a directory now, a thread in its channel's", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const runs = yield* Runs
      yield* channels.upsert({ channel_id: room, platform: "local", dir_path: "/d" })
      yield* channels.upsert({ channel_id: thread, platform: "local", parent_id: room })
      assert.deepStrictEqual(ids(yield* channels.workingIn("/d")), [])
      yield* runs.insert(run("r1"))
      yield* runs.insert(run("r2", { channel_id: thread }))
      assert.deepStrictEqual(ids(yield* channels.workingIn("/d")), [room, thread])
      yield* runs.patch(runId("r1"), { status: "completed" })
      assert.deepStrictEqual(ids(yield* channels.workingIn("/d")), [thread])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("knows the root and the threads of a channel", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const top = yield* openRoom()
      const below = yield* channels.upsert({ channel_id: thread, platform: "local", parent_id: room })
      assert.deepStrictEqual(yield* channels.root(below), top)
      assert.deepStrictEqual(yield* channels.root(top), top)
      assert.deepStrictEqual(ids(yield* channels.threads(room)), [thread])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("refuses a thread of a channel that is not there", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const orphan = channels.upsert({ channel_id: thread, platform: "local", parent_id: room })
      assert.deepStrictEqual((yield* Effect.flip(orphan))._tag, "StoreError")
    }).pipe(Effect.provide(fresh))
  )

  it.effect("takes its threads and all that is theirs with it, and nothing of others", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const messages = yield* Messages
      const sql = yield* SqlClient.SqlClient
      yield* openRoom()
      yield* openRoom(other)
      yield* channels.upsert({ channel_id: thread, platform: "local", parent_id: room })
      for (const channel_id of [room, thread, other]) {
        const name = channel_id.slice(6)
        yield* messages.accept(inbound(`m-${name}`, { channel_id }))
        yield* Runs.use((runs) => runs.insert(run(`r-${name}`, { channel_id })))
        yield* messages.mark(channel_id, [inbound(`m-${name}`).message_id], "running", runId(`r-${name}`))
        yield* messages.say({ channel_id, run_id: runId(`r-${name}`), key: "end", content: "done" })
        yield* Requests.use((all) => all.meet(request(`q-${name}`, { run_id: runId(`r-${name}`) })))
        yield* Requests.use((all) => all.ask(approval(`q-${name}`, { channel_id, run_id: runId(`r-${name}`) })))
        yield* sql`INSERT INTO tasks ${sql.insert({ channel_id, type: "cron", schedule: "* * * * *", prompt: "p", enabled: 1, options: "{}", created_at: 1 })}`
        yield* sql`INSERT INTO task_occurrences (task_id, occurrence_at, status) SELECT task_id, 1, 'ran' FROM tasks WHERE channel_id = ${channel_id}`
      }
      yield* Processes.use((processes) => processes.insert(process()))
      yield* channels.remove(room)
      const counts = {
        channels: 1,
        messages: 2,
        runs: 1,
        agent_requests: 1,
        approvals: 1,
        outbox: 1,
        tasks: 1,
        task_occurrences: 1,
        events: 6,
        // Until nothing of it runs any more.
        processes: 1
      }
      for (const [table, rows] of Object.entries(counts)) {
        const [count] = yield* sql`SELECT COUNT(*) AS n FROM ${sql(table)}`.values
        assert.deepStrictEqual([table, count?.[0]], [table, rows])
      }
      assert.isTrue((yield* Journal.use((journal) => journal.ofRun(runId("r-other")))).length > 0)
      yield* channels.remove(room)
    }).pipe(Effect.provide(fresh))
  )
})
