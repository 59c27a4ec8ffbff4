/** Channels and threads: found, made, changed, deleted. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId, MessageId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations, Denied } from "../../../src/services/Conversations.ts"
import { ScopedTokens } from "../../../src/services/ScopedTokens.ts"
import type { Subject } from "../../../src/services/Tokens.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { ended, house, owner, post, prompted, room, settle } = House

/** The engine's names for the whole texts of a process. */
const textsOf = (world: Outside["Service"], process: number) =>
  world.processes()[process]?.log.flatMap(({ event }) => (event._tag === "Text" ? [event.uuid] : [])) ?? []

const stranger: Subject = { kind: "person", platform: "discord", person_id: "7", name: "Eve", roles: [] }

const use = <A, E>(ask: (conversations: Conversations["Service"]) => Effect.Effect<A, E>) => Conversations.use(ask)
const messageOf = <A>(effect: Effect.Effect<A, { readonly message: string }, Conversations>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

describe("A channel", () => {
  it.effect("is found by its id and by its bare native id, and one that may mean two is asked back", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("one")
        yield* Channels.use((channels) =>
          channels.upsert({ channel_id: ChannelId.make("discord:one"), platform: "discord", name: "one" })
        )
        yield* room("two")
        assert.strictEqual((yield* use((c) => c.find(owner, "two"))).channel_id, "local:two")
        assert.strictEqual((yield* use((c) => c.find(owner, channel_id))).channel_id, channel_id)
        assert.strictEqual(
          yield* messageOf(use((c) => c.find(owner, "one"))),
          "one may mean discord:one, local:one: give one of these."
        )
        assert.strictEqual(yield* messageOf(use((c) => c.find(owner, "three"))), "There is no channel three.")
      })
    )
  )

  it.effect("is made once for a directory, however many ask at the same time", () =>
    house(
      Effect.gen(function* () {
        const asked = Array.from({ length: 10 }, (_, at) => use((c) => c.ensure(owner, `/srv/app${"/".repeat(at)}`)))
        const made = yield* Effect.all(asked, { concurrency: "unbounded" })
        assert.lengthOf(new Set(made.map(({ channel_id }) => channel_id)), 1)
        assert.deepInclude(made[0], { name: "app", dir_path: "/srv/app", platform: "local" })
        assert.match(made[0]?.channel_id ?? "", /^local:[a-z2-7]{16}$/)
      })
    )
  )

  it.effect("is refused without a name, with a directory that is none, or on a platform that is not there", () =>
    house(
      Effect.gen(function* () {
        const create = (draft: Parameters<Conversations["Service"]["create"]>[1]) =>
          Effect.flip(use((c) => c.create(owner, draft)))
        assert.deepInclude(yield* create({ name: "  " }), { reason: "invalid", field: "name" })
        assert.deepInclude(yield* create({ name: "x", dir_path: "srv" }), { reason: "invalid", field: "dir_path" })
        assert.deepInclude(yield* create({ name: "x", dir_path: "/srv/../etc" }), { field: "dir_path" })
        assert.deepInclude(yield* create({ name: "x", platform: "discord" }), { reason: "not_configured" })
        const made = yield* use((c) => c.create(owner, { name: " mine ", dir_path: "/srv/mine/" }))
        assert.deepInclude(made, { name: "mine", dir_path: "/srv/mine" })
      })
    )
  )

  it.effect("is changed by key: a setting is merged, null takes it away, and a bad value changes nothing", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room", { busy: "steer", claude_model: "opus" })
        const patch = (changes: Parameters<Conversations["Service"]["patch"]>[2]) =>
          use((c) => c.patch(owner, channel_id, changes))
        const changed = yield* patch({ name: "new", settings: { busy: null, permission_mode: "ask" } })
        assert.deepInclude(changed, { name: "new", settings: { claude_model: "opus", permission_mode: "ask" } })
        yield* Effect.flip(patch({ name: "other", dir_path: "relative" }))
        assert.strictEqual((yield* use((c) => c.find(owner, channel_id))).name, "new")
        assert.strictEqual((yield* patch({ dir_path: null })).dir_path, null)
      })
    )
  )

  it.effect("is nobody's business who may not", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const refusals = yield* Effect.all([
          Effect.flip(use((c) => c.find(stranger, channel_id))),
          Effect.flip(use((c) => c.post(stranger, { channel_id, content: "hello" }))),
          Effect.flip(use((c) => c.stop(stranger, channel_id))),
          Effect.flip(use((c) => c.reset(stranger, channel_id))),
          Effect.flip(use((c) => c.remove(stranger, channel_id))),
          Effect.flip(use((c) => c.create(stranger, { name: "x" }))),
          Effect.flip(use((c) => c.command(stranger, channel_id, "stop", {})))
        ])
        for (const refusal of refusals) assert.instanceOf(refusal, Denied)
        const rows = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT * FROM messages`)
        assert.lengthOf(rows, 0)
      })
    )
  )

  it.effect("is made by members, and for a directory of this machine by owners alone", () =>
    house(
      Effect.gen(function* () {
        const member: Subject = { ...stranger, roles: ["crew"] }
        const everywhere = { channels: ["*"], access: "write" } as const
        const { row } = yield* ScopedTokens.use((tokens) =>
          tokens.create({ name: "ci", scope: everywhere, created_by: null, expires_at: null })
        )
        const writer: Subject = { kind: "token", token_id: row.token_id, name: "ci" }
        assert.instanceOf(yield* Effect.flip(use((c) => c.create(writer, { name: "x" }))), Denied)
        assert.instanceOf(yield* Effect.flip(use((c) => c.ensure(writer, "/srv/x"))), Denied)
        yield* use((c) => c.create(member, { name: "x", platform: "local" }))
        assert.instanceOf(yield* Effect.flip(use((c) => c.create(member, { name: "y", dir_path: "/srv/x" }))), Denied)
        assert.instanceOf(yield* Effect.flip(use((c) => c.ensure(member, "/srv/x"))), Denied)
      }),
      { permissions: { members: { roles: ["crew"] } } }
    )
  )
})

describe("A thread", () => {
  const thread = (
    channel_id: ChannelId,
    more: { readonly from_message_id?: MessageId; readonly message?: string } = {}
  ) => use((c) => c.createThread(owner, { channel_id, name: "thread", ...more }))

  it.effect("of a thread is its sibling, and begins where that one would have begun", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        yield* post(here, "one")
        const { session_id } = yield* ended(here)
        const first = yield* thread(here.channel_id)
        const second = yield* thread(first.channel_id)
        assert.strictEqual(second.parent_id, here.channel_id)
        assert.strictEqual(first.fork_from?.session_id, session_id)
        assert.deepStrictEqual(second.fork_from, first.fork_from)
      })
    )
  )

  it.effect("begins where its parent's session stands, and its first run forks there", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* post(here, "one")
        const run = yield* ended(here)
        const made = yield* thread(here.channel_id, { message: "go on here" })
        assert.deepStrictEqual(made.fork_from?.session_id, run.session_id)
        yield* ended(made)
        const session = world.processes()[1]?.spec.session
        assert.deepInclude({ ...session }, { _tag: "Fork", from: run.session_id, at: textsOf(world, 0)[0] })
        const after = yield* Channels.use((channels) => channels.get(made.channel_id))
        assert.deepStrictEqual([after.fork_from, after.session_id], [null, session?.sessionId ?? null])
        assert.notStrictEqual(after.session_id, run.session_id)
      })
    )
  )

  it.effect("that starts at a message forks where that message was answered, not where the parent is now", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* post(here, "one")
        yield* ended(here)
        yield* post(here, "two")
        yield* ended(here, 2)
        const made = yield* thread(here.channel_id, { from_message_id: MessageId.make("one") })
        assert.strictEqual(made.fork_from?.message_uuid, textsOf(world, 0)[0])
        const unknown = Effect.flip(thread(here.channel_id, { from_message_id: MessageId.make("nine") }))
        assert.deepInclude(yield* unknown, { reason: "not_found", field: "from_message_id" })
      })
    )
  )

  it.effect("of a channel without a session has nothing to fork", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const made = yield* thread(here.channel_id)
        assert.strictEqual(made.fork_from, null)
        yield* post(made, "hello")
        assert.strictEqual((yield* ended(made)).status, "completed")
      })
    )
  )
})

describe("A channel that is deleted", () => {
  it.effect("ends what runs in it and its threads, drops what waits, and leaves no process and no row", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        for (const text of ["one", "two"]) world.when(text, working().script)
        const here = yield* room("room")
        const made = yield* use((c) => c.createThread(owner, { channel_id: here.channel_id, name: "thread" }))
        yield* post(here, "one")
        yield* post(made, "two")
        yield* prompted("one")
        yield* prompted("two")
        yield* post(here, "three")
        yield* House.during(use((c) => c.remove(owner, here.channel_id)))
        yield* settle
        assert.deepStrictEqual(
          world.processes().map(({ alive }) => alive()),
          [false, false]
        )
        assert.notInclude(world.prompts(), "three")
        const sql = yield* SqlClient.SqlClient
        for (const table of ["channels", "messages", "runs", "outbox", "processes"]) {
          assert.lengthOf(yield* sql`SELECT * FROM ${sql(table)}`, 0, table)
        }
      })
    )
  )

  it.effect("takes with it what was written into its turn", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("one", working().script)
        world.when("two", working().script)
        const here = yield* room("room", { busy: "steer" })
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "two")
        yield* prompted("two")
        yield* House.during(use((c) => c.remove(owner, here.channel_id)))
        yield* House.pass(5)
        assert.deepStrictEqual(
          world.processes().map(({ alive }) => alive()),
          [false]
        )
      })
    )
  )
})
