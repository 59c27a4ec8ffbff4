/** A project's file that reaches out of its box waits until an owner approved exactly what it says. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { type AskId, ChannelId } from "../../src/domain/Ids.ts"
import * as Words from "../../src/domain/project/Words.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Messages } from "../../src/services/Messages.ts"
import type { RunSubject } from "../../src/domain/Subject.ts"
import type { Subject } from "../../src/services/Tokens.ts"
import * as House from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import { asking } from "../support/Scripts.ts"

const { asked, decide, ended, house, owner, post, room, runs, said, serving, until } = House

const dir = "/srv/site"
const reaching = `{ claude_model: "opus", mounts: ["/srv/data:/data"], container_image: "theirs:1" }`

const says = (text: string) => Effect.map(Outside, ({ projects }) => void projects.set(dir, text))

/** A turn from its message to its end. */
const turn = Effect.fnUntraced(function* (here: { readonly channel_id: ChannelId }, text: string, count: number) {
  yield* post(here, text)
  yield* ended(here, count)
})

const newest = Effect.map(Outside, (outside) => outside.processes().at(-1)?.spec ?? assert.fail("no process"))

const asks = SqlClient.SqlClient.use(
  (sql) => sql<{ ask_id: AskId; decision: string | null }>`SELECT ask_id, decision FROM project_asks ORDER BY asked_at`
)
const cards = (here: { readonly channel_id: ChannelId }) =>
  Effect.map(said(here), (all) => all.filter((text) => text.includes(".loop/config.json")))

const look = (here: { readonly channel_id: ChannelId }) =>
  Effect.map(
    Conversations.use((all) => all.projectConfig(owner, here.channel_id)),
    (state) => state ?? assert.fail("it asks for nothing")
  )
const approve = (subject: Subject, here: { readonly channel_id: ChannelId }, hash: string) =>
  Conversations.use((all) => all.decideProject(subject, here.channel_id, hash, "approved"))

describe("A project's file that reaches out of its box", () => {
  it.effect("does not apply but for what acts inside, and its owners are asked once", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("site", {}, dir)
        yield* says(reaching)
        yield* turn(here, "one", 1)
        yield* turn(here, "two", 2)
        const { box, model } = yield* newest
        assert.deepStrictEqual([model, box.mounts, box.image], ["opus", [], "loop-agent:latest"])
        assert.deepStrictEqual(yield* cards(here), [Words.card(["mounts", "container_image"])])
        // What it says may be written another way.
        yield* says(`{ container_image: "theirs:1", "mounts": ["/srv/x/../data:/data"] }`)
        yield* turn(here, "three", 3)
        assert.strictEqual((yield* cards(here)).length, 1)
        const card = (yield* Messages.use((all) => all.list(here.channel_id, { limit: 50 }))).find(
          ({ buttons }) => buttons !== null
        )
        const [{ ask_id } = assert.fail()] = yield* asks
        assert.deepStrictEqual(
          card?.buttons?.flat().map(({ id }) => id),
          [`projectshow:${ask_id}`, `projectapprove:${ask_id}`, `projectdecline:${ask_id}`]
        )
      })
    )
  )

  it.effect("applies from the next message on once an owner approved it, also for the next supervisor", () =>
    Effect.gen(function* () {
      yield* serving(
        Effect.gen(function* () {
          const here = yield* room("site", {}, dir)
          yield* says(reaching)
          yield* turn(here, "one", 1)
          const [{ ask_id } = assert.fail()] = yield* asks
          const text = yield* Conversations.use((all) => all.decideProjectAsked(owner, ask_id, "approved"))
          assert.strictEqual(text, Words.approved)
          assert.deepStrictEqual(yield* cards(here), [Words.decided(["mounts", "container_image"], "approved", null)])
          yield* turn(here, "two", 2)
          assert.strictEqual((yield* newest).box.image, "theirs:1")
          assert.deepInclude((yield* newest).box.mounts[0], { source: "/srv/data", target: "/data" })
          const [act] = yield* Audit.use((audit) => audit.list({ limit: 5 }))
          assert.deepInclude(act, { action: "project.approve", outcome: "done", channel_id: here.channel_id })
        })
      )
      yield* serving(
        Effect.gen(function* () {
          const here = { channel_id: ChannelId.make("local:site") }
          yield* turn(here, "three", 3)
          assert.strictEqual((yield* newest).box.image, "theirs:1")
          assert.strictEqual((yield* cards(here)).length, 1)
        })
      )
    }).pipe(Effect.provide(outsideLayer()))
  )

  it.effect("waits anew when it says something else, also when that was approved before", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("site", {}, dir)
        yield* says(reaching)
        yield* approve(owner, here, (yield* look(here)).hash)
        const other = `{ mounts: ["/srv/data:/data", "/srv/more:/more"], container_image: "theirs:1" }`
        yield* says(other)
        yield* turn(here, "one", 1)
        assert.deepStrictEqual((yield* newest).box.mounts, [])
        const state = yield* look(here)
        assert.strictEqual(state.state, "waiting")
        assert.include(state.difference, '-     "/srv/data:/data"\n+     "/srv/data:/data",\n+     "/srv/more:/more"')
        yield* approve(owner, here, state.hash)
        yield* says(reaching)
        yield* turn(here, "two", 2)
        assert.deepStrictEqual((yield* newest).box.mounts, [])
        assert.strictEqual((yield* look(here)).state, "waiting")
        assert.strictEqual((yield* cards(here)).length, 2)
      })
    )
  )

  it.effect("is not approved when it changed between the look and the click, and the card says so later", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("site", {}, dir)
        yield* says(reaching)
        yield* turn(here, "one", 1)
        const [{ ask_id } = assert.fail()] = yield* asks
        const { hash } = yield* look(here)
        yield* says(`{ mounts: ["/home/ada/.ssh:/ssh"], container_image: "theirs:1" }`)
        for (const approving of [
          Conversations.use((all) => all.decideProjectAsked(owner, ask_id, "approved")),
          approve(owner, here, hash)
        ]) {
          const refused = yield* Effect.flip(approving)
          assert.deepInclude(refused, { reason: "conflict", message: Words.changed })
        }
        // What the button shows is what was asked, not what the file says by now.
        const shown = yield* Conversations.use((all) => all.showProject(owner, ask_id))
        assert.include(shown.text, "/srv/data:/data")
        assert.notInclude(shown.text, ".ssh")
        yield* turn(here, "two", 2)
        assert.deepStrictEqual((yield* newest).box.mounts, [])
        assert.deepStrictEqual(yield* cards(here), [
          Words.changedSince(["mounts", "container_image"]),
          Words.card(["mounts", "container_image"])
        ])
      })
    )
  )

  it.effect("is decided about by owners alone, never by an agent, and what is refused is written down", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("site", {}, dir)
        yield* says(reaching)
        const { hash } = yield* look(here)
        const eve: Subject = { kind: "person", platform: "discord", person_id: "9", name: "Eve", roles: [] }
        assert.strictEqual((yield* Effect.flip(approve(eve, here, hash)))._tag, "Denied")
        assert.strictEqual(
          (yield* Effect.flip(Conversations.use((all) => all.projectConfig(eve, here.channel_id))))._tag,
          "Denied"
        )
        for (const short of ["", hash.slice(0, 11)]) {
          assert.strictEqual((yield* Effect.flip(approve(owner, here, short))).message, Words.changed)
        }
        const [denied] = yield* Audit.use((audit) => audit.list({ limit: 5 }))
        assert.deepInclude(denied, { action: "project.approve", outcome: "denied", actor_name: "Eve" })
        const outside = yield* Outside
        outside.when("work", asking())
        yield* post(here, "work")
        const approval = yield* asked(here)
        const [run] = yield* runs(here)
        const agent: RunSubject = {
          kind: "run",
          run_id: run?.run_id ?? assert.fail(),
          channel_id: here.channel_id,
          authors: [{ kind: "owner" }]
        }
        assert.strictEqual((yield* Effect.flip(approve(agent, here, hash))).message, Words.notByAgents)
        yield* decide(approval, "allow")
        yield* ended(here)
        assert.strictEqual((yield* look(here)).state, "waiting")
      })
    )
  )

  it.effect("put off is not asked about again, and can be approved and taken back all the same", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("site", {}, dir)
        yield* says(reaching)
        yield* turn(here, "one", 1)
        const [{ ask_id } = assert.fail()] = yield* asks
        yield* Conversations.use((all) => all.decideProjectAsked(owner, ask_id, "declined"))
        yield* turn(here, "two", 2)
        assert.deepStrictEqual(yield* cards(here), [Words.decided(["mounts", "container_image"], "declined", null)])
        const command = (options: Readonly<Record<string, string>>) =>
          Effect.map(
            Conversations.use((all) =>
              all.command(owner, here.channel_id, "set", { key: "project_config", ...options })
            ),
            ({ text }) => text
          )
        assert.include(yield* command({}), '+     "/srv/data:/data"')
        assert.strictEqual(yield* command({ value: Words.short((yield* look(here)).hash) }), Words.approved)
        assert.strictEqual((yield* look(here)).state, "approved")
        assert.include(yield* command({}), "of the project's file, approved")
        assert.strictEqual(yield* command({ value: "default" }), Words.declined)
        yield* turn(here, "three", 3)
        assert.deepStrictEqual((yield* newest).box.mounts, [])
      })
    )
  )

  it.effect("is one card in the channel whose thread met it, and holds there as in the channel", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("site", {}, dir)
        const thread = { channel_id: ChannelId.make("local:thread") }
        yield* Channels.use((all) =>
          all.upsert({ ...thread, platform: "local", name: "thread", parent_id: here.channel_id })
        )
        yield* says(reaching)
        // Who owns the thread alone does not own what its channel may reach.
        const guest: Subject = { kind: "person", platform: "discord", person_id: "8", name: "Guest", roles: [] }
        yield* Conversations.use((all) => all.grant(owner, thread.channel_id, { kind: "user", id: "8", role: "owner" }))
        const { hash } = yield* look(here)
        assert.strictEqual((yield* Effect.flip(approve(guest, thread, hash)))._tag, "Denied")
        yield* turn(thread, "one", 1)
        assert.deepStrictEqual([(yield* cards(thread)).length, (yield* cards(here)).length], [1, 0])
        const [{ ask_id } = assert.fail()] = yield* asks
        yield* Conversations.use((all) => all.decideProjectAsked(owner, ask_id, "approved"))
        yield* turn(here, "two", 1)
        assert.strictEqual((yield* newest).box.image, "theirs:1")
        yield* turn(thread, "three", 2)
        assert.strictEqual((yield* newest).box.image, "theirs:1")
      })
    )
  )

  it.effect("opens the network of what runs, once approved and as long as it says that", () =>
    house(
      Effect.gen(function* () {
        const { watches, when } = yield* Outside
        const here = yield* room("site", {}, dir)
        yield* says(`{ network: { allow: ["example.org"] } }`)
        when("work", asking())
        yield* post(here, "work")
        const { process_id } = yield* asked(here)
        const watch = watches.get(process_id) ?? assert.fail("nobody is told")
        assert.deepStrictEqual((yield* watch.terms).policy.allow, [])
        yield* approve(owner, here, (yield* look(here)).hash)
        assert.deepStrictEqual((yield* watch.terms).policy.allow, ["example.org"])
        yield* says(`{ network: { allow: ["example.org", "evil.example"] } }`)
        assert.deepStrictEqual((yield* watch.terms).policy.allow, [])
      })
    )
  )

  it.effect("is a card with buttons on a chat platform, which lose their use with the decision", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = { channel_id: ChannelId.make("discord:7") }
        yield* Channels.use((all) => all.upsert({ ...here, platform: "discord", name: "site", dir_path: dir }))
        yield* says(reaching)
        yield* post(here, "work there")
        const shows = (text: string) =>
          until(
            text,
            Effect.sync(() => outside.chat.shown(here.channel_id).find(({ post }) => post.content === text))
          )
        const keys = ["mounts", "container_image"]
        assert.strictEqual((yield* shows(Words.card(keys))).post.buttons?.flat().length, 3)
        yield* approve(owner, here, (yield* look(here)).hash)
        assert.deepStrictEqual((yield* shows(Words.decided(keys, "approved", null))).post.buttons, [])
      })
    )
  )
})
