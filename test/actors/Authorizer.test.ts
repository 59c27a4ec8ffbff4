/** Who may do what on chat platforms, and how the first owner comes to be. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { SecureRandom } from "effect/crypto"
import * as AuthorizerLive from "../../src/actors/AuthorizerLive.ts"
import * as ClaimsLive from "../../src/actors/ClaimsLive.ts"
import { actions, allow, none } from "../../src/domain/chat/Grants.ts"
import { ChannelId, RunId } from "../../src/domain/Ids.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import * as Store from "../../src/layers/store/index.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Authorizer } from "../../src/services/Authorizer.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Claims } from "../../src/services/Claims.ts"
import { Installation } from "../../src/services/Installation.ts"
import type { Access } from "../../src/domain/Access.ts"
import type { Author, Subject } from "../../src/domain/Subject.ts"
import { ScopedTokens } from "../../src/services/ScopedTokens.ts"

const discord = { platforms: ["local", "discord"], discord_token: "t", discord_app_id: "1" }
const world = (keys: Readonly<Record<string, unknown>> = {}) =>
  Layer.mergeAll(AuthorizerLive.layer, ClaimsLive.layer).pipe(
    Layer.provideMerge(Store.layer(":memory:")),
    Layer.provideMerge(SettingsFile.layerTest({ ...discord, ...keys })),
    Layer.provideMerge(SecureRandom.layerWebCrypto)
  )

const room = ChannelId.make("discord:room")
const thread = ChannelId.make("discord:thread")
const person = (person_id: string, roles: ReadonlyArray<string> = []) =>
  ({ kind: "person", platform: "discord", person_id, name: person_id, roles }) as const

const token = (channels: ReadonlyArray<string>, access: Access, expires_at: number | null = null) =>
  Effect.map(
    ScopedTokens.use((tokens) =>
      tokens.create({ name: access, scope: { channels, access }, created_by: null, expires_at })
    ),
    ({ row }) => ({ kind: "token", token_id: row.token_id, name: row.name }) as const
  )

/** A run in the room, for those. */
const work = (...authors: ReadonlyArray<Author>): Subject => ({
  kind: "run",
  run_id: RunId.make("r1"),
  channel_id: room,
  authors
})

const open = Effect.gen(function* () {
  const channels = yield* Channels
  yield* channels.upsert({ channel_id: room, platform: "discord", name: "room" })
  yield* channels.upsert({ channel_id: thread, platform: "discord", name: "thread", parent_id: room })
})

/** What the subject may do, as `rwmga`. */
const rights = (subject: Subject, resource: string, parent?: ChannelId) =>
  Effect.map(
    Effect.forEach(actions, (action) =>
      Authorizer.use((authorizer) => authorizer.authorize(subject, action, resource, parent)).pipe(
        Effect.as(action.slice(0, 1)),
        Effect.catchTag("Denied", () => Effect.succeed("-"))
      )
    ),
    (letters) => letters.join("")
  )

const all = "rwmga"
const members = "rwm--"
const writing = "rw---"
const reading = "r----"
const nothing = "-----"

describe("The Authorizer", () => {
  it.effect("knows every pair of who and what", () =>
    Effect.gen(function* () {
      yield* open
      const channels = yield* Channels
      const granted = allow(allow(none, "user", "roomOwner", "owner"), "role", "roomRole", "member")
      yield* channels.patch(room, { permissions: granted })
      yield* Installation.use((installation) => installation.grant((grants) => allow(grants, "user", "first", "owner")))
      const table: ReadonlyArray<readonly [Subject, { room: string; thread: string; unknown: string; all: string }]> = [
        [{ kind: "owner" }, { room: all, thread: all, unknown: all, all }],
        [{ kind: "system" }, { room: all, thread: all, unknown: all, all }],
        [person("configOwner"), { room: all, thread: all, unknown: all, all }],
        [person("x", ["configRole"]), { room: members, thread: members, unknown: members, all: members }],
        [person("first"), { room: all, thread: all, unknown: all, all }],
        [person("roomOwner"), { room: all, thread: all, unknown: nothing, all: nothing }],
        [person("x", ["roomRole"]), { room: members, thread: members, unknown: nothing, all: nothing }],
        [person("stranger"), { room: nothing, thread: nothing, unknown: nothing, all: nothing }],
        [yield* token(["*"], "read"), { room: reading, thread: reading, unknown: reading, all: reading }],
        [yield* token(["*"], "write"), { room: writing, thread: writing, unknown: writing, all: writing }],
        [yield* token(["*"], "admin"), { room: all, thread: all, unknown: all, all }],
        [yield* token([room], "read"), { room: reading, thread: reading, unknown: nothing, all: nothing }],
        [yield* token([room], "write"), { room: writing, thread: writing, unknown: nothing, all: nothing }],
        [yield* token([room], "admin"), { room: all, thread: all, unknown: nothing, all: nothing }],
        [yield* token([thread], "admin"), { room: nothing, thread: all, unknown: nothing, all: nothing }],
        [yield* token([room], "admin", 0), { room: nothing, thread: nothing, unknown: nothing, all: nothing }],
        [
          { kind: "token", token_id: "none", name: "" },
          { room: nothing, thread: nothing, unknown: nothing, all: nothing }
        ],
        [
          { kind: "hook", name: "ci", channel_id: room },
          { room: writing, thread: nothing, unknown: nothing, all: nothing }
        ],
        [work({ kind: "owner" }), { room: all, thread: all, unknown: all, all }],
        [work(person("roomOwner")), { room: all, thread: all, unknown: nothing, all: nothing }],
        [
          work(person("roomOwner"), person("x", ["configRole"])),
          { room: members, thread: members, unknown: nothing, all: nothing }
        ],
        [
          work({ kind: "owner" }, person("stranger")),
          { room: nothing, thread: nothing, unknown: nothing, all: nothing }
        ],
        [work(yield* token(["*"], "read")), { room: reading, thread: reading, unknown: reading, all: reading }],
        [work(), { room: writing, thread: writing, unknown: nothing, all: nothing }]
      ]
      for (const [subject, expected] of table) {
        const found = {
          room: yield* rights(subject, room),
          thread: yield* rights(subject, thread),
          unknown: yield* rights(subject, "discord:unknown"),
          all: yield* rights(subject, "channels")
        }
        assert.deepStrictEqual(found, expected, JSON.stringify(subject))
      }
    }).pipe(
      Effect.provide(world({ permissions: { owners: { users: ["configOwner"] }, members: { roles: ["configRole"] } } }))
    )
  )

  it.effect("uses the channel's grants in a thread that is not known yet", () =>
    Effect.gen(function* () {
      yield* open
      yield* Channels.use((channels) => channels.patch(room, { permissions: allow(none, "user", "ada", "owner") }))
      assert.strictEqual(yield* rights(person("ada"), "discord:newThread", room), all)
      assert.strictEqual(yield* rights(person("bob"), "discord:newThread", room), nothing)
      assert.strictEqual(yield* rights(person("ada"), "discord:newThread"), nothing)
      // Of one that is known it is the row that says where it hangs.
      const elsewhere = ChannelId.make("discord:elsewhere")
      yield* Channels.use((channels) => channels.upsert({ channel_id: elsewhere, platform: "discord" }))
      assert.strictEqual(yield* rights(person("ada"), elsewhere, room), nothing)
    }).pipe(Effect.provide(world()))
  )

  it.effect("lets nobody in while nobody owns anything, and nobody is an owner for being first", () =>
    Effect.gen(function* () {
      yield* open
      assert.strictEqual(yield* rights(person("ada"), room), nothing)
      assert.strictEqual(yield* rights(person("ada"), "discord:new"), nothing)
    }).pipe(Effect.provide(world()))
  )

  it.effect("takes a thread's own grants before its channel's, until the channel's change", () =>
    Effect.gen(function* () {
      yield* open
      const channels = yield* Channels
      yield* channels.patch(thread, { permissions: allow(none, "user", "bob", "member") })
      assert.strictEqual(yield* rights(person("bob"), thread), members)
      assert.strictEqual(yield* rights(person("bob"), room), nothing)
      yield* channels.patch(room, { permissions: allow(none, "user", "ada", "owner") })
      assert.strictEqual(yield* rights(person("bob"), thread), nothing)
      assert.strictEqual(yield* rights(person("ada"), thread), all)
    }).pipe(Effect.provide(world()))
  )
})

describe("The first owner", () => {
  const code = Effect.map(
    Effect.flatMap(Claims, ({ codes }) => Stream.runCollect(Stream.take(codes, 1))),
    (shown) => shown[0] ?? ""
  )
  const claim = (who: string, given: string) => Claims.use((claims) => claims.claim(person(who), given, room))

  it.effect("claims the installation and the channel with the code that is shown, once", () =>
    Effect.gen(function* () {
      yield* open
      const shown = yield* code
      yield* claim("ada", ` ${shown.toUpperCase()} `)
      assert.strictEqual(yield* rights(person("ada"), room), all)
      assert.strictEqual(yield* rights(person("ada"), "discord:elsewhere"), all)
      const { permissions } = yield* Channels.use((channels) => channels.get(room))
      assert.deepStrictEqual(permissions.owners?.users, ["ada"])
      assert.deepInclude(yield* Effect.flip(claim("bob", shown)), { reason: "owned" })
      const log = yield* Audit.use((audit) => audit.list({ limit: 9 }))
      assert.deepStrictEqual(
        log.map(({ action, actor, outcome }) => [action, actor, outcome]),
        [["owner.claim", "discord:ada", "done"]]
      )
      assert.strictEqual(yield* rights(person("bob"), room), nothing)
      assert.strictEqual(yield* code, "")
    }).pipe(Effect.provide(world()))
  )

  it.effect("is one, however many claim with the code at the same time", () =>
    Effect.gen(function* () {
      yield* open
      const shown = yield* code
      const all = Effect.forEach(["ada", "bob", "cleo"], (who) => Effect.isSuccess(claim(who, shown)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual((yield* all).filter((done) => done).length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("cannot be guessed: five wrong tries replace the code, and the new one is shown", () =>
    Effect.gen(function* () {
      yield* open
      const claims = yield* Claims
      const shown = yield* Effect.forkChild(Stream.runCollect(Stream.take(claims.codes, 2)), { startImmediately: true })
      const first = yield* code
      for (const wrong of ["", "x", `${first}x`, first.slice(1), first.replace(/./, "0")]) {
        assert.deepInclude(yield* Effect.flip(claim("eve", wrong)), { reason: "wrong" })
      }
      assert.deepInclude(yield* Effect.flip(claim("eve", first)), { reason: "wrong" })
      const [tried] = yield* Audit.use((audit) => audit.list({ limit: 9 }))
      assert.deepInclude(tried, { action: "owner.claim", actor: "discord:eve", outcome: "denied" })
      const [, second] = yield* Fiber.join(shown)
      yield* claim("ada", second ?? "")
      assert.strictEqual(yield* rights(person("ada"), room), all)
    }).pipe(Effect.provide(world()))
  )

  it.effect("is not wanted where the configuration or any channel has one, or no chat platform is there", () =>
    Effect.gen(function* () {
      const wanted = Claims.use((claims) => claims.wanted)
      yield* open
      assert.isTrue(yield* wanted)
      yield* Channels.use((channels) => channels.patch(thread, { permissions: allow(none, "role", "r", "owner") }))
      assert.isFalse(yield* wanted)
    }).pipe(
      Effect.provide(world()),
      Effect.andThen(
        Effect.gen(function* () {
          for (const keys of [{ permissions: { owners: { roles: ["r"] } } }, { platforms: ["local"] }]) {
            const wanted = Claims.use((claims) => claims.wanted)
            assert.isFalse(yield* Effect.provide(wanted, world(keys)))
          }
        })
      )
    )
  )
})
