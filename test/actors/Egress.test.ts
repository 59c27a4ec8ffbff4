/** What a box reaches is told to its run; people are asked about a host once, and what they decide holds at once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as ButtonIds from "../../src/domain/chat/ButtonIds.ts"
import * as Buttons from "../../src/domain/egress/Buttons.ts"
import * as Words from "../../src/domain/egress/Words.ts"
import { type AskId, ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import type { EgressDecision } from "../../src/services/Egress.ts"
import { EgressAsks } from "../../src/services/EgressAsks.ts"
import { Journal } from "../../src/services/Journal.ts"
import { Messages } from "../../src/services/Messages.ts"
import type { Subject } from "../../src/services/Tokens.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking } from "../support/Scripts.ts"

const { asked, decide, ended, house, owner, pass, post, room, runs, said, settle, until } = House

const SITE = { host: "example.com", port: 443 }
const refused = (over: Partial<EgressDecision> = {}): EgressDecision => ({ ...SITE, refusal: "not_listed", ...over })

/** A run at work in a channel, and who is told what its box reaches. */
const working = (name = "room", own?: Parameters<typeof room>[1]) =>
  Effect.gen(function* () {
    const outside = yield* Outside
    outside.when(`work in ${name}`, asking())
    const here = yield* room(name, own)
    yield* post(here, `work in ${name}`)
    const approval = yield* asked(here)
    const [run] = yield* runs(here)
    const watch = outside.watches.get(approval.process_id)
    return { here, approval, run: run?.run_id ?? approval.run_id, watch: watch ?? assert.fail("nobody is told") }
  })

const events = Effect.fnUntraced(function* (run: Parameters<Journal["Service"]["ofRun"]>[0]) {
  const all = yield* Journal.use((journal) => journal.ofRun(run))
  return all.filter(({ type }) => type === "run.egress").map(({ data }) => data)
})

const asks = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return (yield* sql<{ readonly ask_id: AskId }>`SELECT ask_id FROM egress_asks ORDER BY asked_at, ask_id`).map(
    ({ ask_id }) => ask_id
  )
})

const allow = (subject: Subject, ask: AskId, decision: "once" | "channel") =>
  Conversations.use((all) => all.allowHost(subject, ask, decision))

describe("What a box reaches", () => {
  it.effect("is told to its run, each host once and what went through at the end", () =>
    house(
      Effect.gen(function* () {
        const { approval, here, run, watch } = yield* working()
        for (let times = 0; times < 3; times++) yield* watch.decided({ ...SITE, refusal: null })
        yield* watch.decided({ host: "10.0.0.1", port: 80, refusal: "inner" })
        yield* watch.carried(SITE.host, SITE.port, 700)
        yield* watch.carried(SITE.host, SITE.port, 300)
        const before = [
          { ...SITE, decision: "allowed" },
          { host: "10.0.0.1", port: 80, decision: "refused", reason: "inner" }
        ]
        assert.deepStrictEqual(yield* events(run), before)
        yield* decide(approval, "allow")
        yield* ended(here)
        yield* settle
        assert.deepStrictEqual(yield* events(run), [...before, { ...SITE, decision: "allowed", times: 3, bytes: 1000 }])
        // Nobody is asked about what no click may open.
        assert.deepStrictEqual(yield* said(here), ["Allow"])
      })
    )
  )

  it.effect("cannot flood the journal, nor the channel", () =>
    house(
      Effect.gen(function* () {
        const { here, run, watch } = yield* working()
        for (let index = 0; index < 300; index++) yield* watch.decided(refused({ host: `h${index}.example.com` }))
        assert.strictEqual((yield* events(run)).length, 210)
        assert.strictEqual((yield* said(here)).length, 10)
      })
    )
  )
})

describe("A host that is not listed", () => {
  it.effect("is asked about once per run, with buttons", () =>
    house(
      Effect.gen(function* () {
        const { here, run, watch } = yield* working()
        yield* watch.decided(refused())
        yield* watch.decided(refused())
        yield* watch.decided(refused({ port: 80 }))
        assert.deepStrictEqual(yield* said(here), [Words.asked("example.com:443"), Words.asked("example.com:80")])
        const [ask = assert.fail()] = yield* asks
        // The buttons bring back what they ask about.
        assert.deepStrictEqual(
          Buttons.of(ask).flatMap((row) => row.map(({ id }) => ButtonIds.parse(id))),
          [
            { action: "host", ask, decision: "once" },
            { action: "host", ask, decision: "channel" }
          ]
        )
        assert.deepStrictEqual(
          (yield* events(run)).filter((data) => (data as { decision: string }).decision === "asked"),
          [
            { ask_id: ask, ...SITE, decision: "asked" },
            { ask_id: (yield* asks)[1] ?? "", host: SITE.host, port: 80, decision: "asked" }
          ]
        )
      })
    )
  )

  it.effect("is let through for an hour, at once and there alone", () =>
    house(
      Effect.gen(function* () {
        const { here, run, watch } = yield* working()
        const other = yield* working("other")
        yield* watch.decided(refused())
        const [ask] = yield* asks
        assert.deepStrictEqual((yield* watch.terms).grants, [])
        assert.strictEqual(
          yield* allow(owner, ask ?? assert.fail(), "once"),
          "`example.com:443` may be reached for one hour (by its owner)."
        )
        assert.deepStrictEqual((yield* watch.terms).grants, [SITE])
        assert.deepStrictEqual(yield* said(here), [Words.decided("example.com:443", "once", null)])
        yield* pass(2)
        const [card] = yield* Messages.use((all) => all.list(here.channel_id, { limit: 1 }))
        assert.deepInclude(card, { state: "sent", buttons: null })
        assert.deepStrictEqual((yield* other.watch.terms).grants, [])
        assert.deepInclude((yield* events(run)).at(-1), { ...SITE, decision: "allowed_once" })
        yield* pass(3601, 600)
        assert.deepStrictEqual((yield* watch.terms).grants, [])
      })
    )
  )

  it.effect("is on the channel's list from then on, for its threads, too", () =>
    house(
      Effect.gen(function* () {
        const { here, watch } = yield* working("room", { busy: "queue" })
        const thread = ChannelId.make("local:thread")
        yield* Channels.use((all) =>
          all.upsert({ channel_id: thread, platform: "local", name: "thread", parent_id: here.channel_id })
        )
        const inThread = yield* working("thread")
        yield* inThread.watch.decided(refused({ port: 8080 }))
        const [ask] = yield* asks
        yield* allow(owner, ask ?? assert.fail(), "channel")
        const channel = yield* Channels.use((all) => all.get(here.channel_id))
        assert.deepStrictEqual(channel.settings, {
          busy: "queue",
          network: { allow: ["example.com:8080"], host_services: [] }
        })
        for (const one of [watch, inThread.watch]) {
          const { policy } = yield* one.terms
          assert.deepInclude(policy, { mode: "allowlist", allow: ["example.com:8080"] })
        }
      })
    )
  )

  it.effect("is shown as decided on a chat platform, without its buttons and with who did", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = { channel_id: ChannelId.make("discord:7") }
        yield* Channels.use((all) => all.upsert({ ...here, platform: "discord", name: "general" }))
        outside.when("work there", asking())
        yield* post(here, "work there")
        const { process_id } = yield* asked(here)
        yield* (outside.watches.get(process_id) ?? assert.fail("nobody is told")).decided(refused())
        const card = (text: string) =>
          until(
            text,
            Effect.sync(() => outside.chat.shown(here.channel_id).find(({ post }) => post.content === text))
          )
        assert.strictEqual((yield* card(Words.asked("example.com:443"))).post.buttons?.flat().length, 2)
        const [ask = assert.fail()] = yield* asks
        yield* EgressAsks.use((all) => all.decide(ask, "channel", "**Ada**"))
        const decided = yield* card(Words.decided("example.com:443", "channel", "Ada"))
        assert.match(decided.post.content, /so it was refused\.\n\*\*Allowed by Ada from this channel\.\*\*$/)
        assert.deepStrictEqual(decided.post.buttons, [])
      })
    )
  )

  it.effect("is decided about once, by owners alone", () =>
    house(
      Effect.gen(function* () {
        const { watch } = yield* working()
        yield* watch.decided(refused())
        const [ask = assert.fail()] = yield* asks
        const stranger: Subject = {
          kind: "person",
          platform: "discord",
          person_id: "9",
          name: "Eve",
          roles: []
        } as never
        assert.strictEqual((yield* Effect.flip(allow(stranger, ask, "channel")))._tag, "Denied")
        assert.deepStrictEqual((yield* watch.terms).policy.allow, [])
        yield* allow(owner, ask, "once")
        const again = yield* Effect.flip(allow(owner, ask, "channel"))
        assert.strictEqual(again.message, Words.alreadyAnswered)
        assert.strictEqual((yield* Effect.flip(allow(owner, "nothing" as AskId, "once"))).message, Words.askGone)
      })
    )
  )
})

describe("A change of the policy", () => {
  it.effect("holds for the process that is at work", () =>
    house(
      Effect.gen(function* () {
        const { configure } = yield* Outside
        const { here, watch } = yield* working()
        assert.strictEqual((yield* watch.terms).policy.mode, "allowlist")
        yield* Conversations.use((all) =>
          all.patch(owner, here.channel_id, { settings: { network: { mode: "open", allow: [], host_services: [] } } })
        )
        assert.strictEqual((yield* watch.terms).policy.mode, "open")
        yield* Conversations.use((all) => all.patch(owner, here.channel_id, { settings: { network: null } }))
        yield* configure({ network: { mode: "none" } })
        assert.strictEqual((yield* watch.terms).policy.mode, "none")
      })
    )
  )

  it.effect("with an entry that means nothing is refused with a sentence", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const patched = Conversations.use((all) =>
          all.patch(owner, here.channel_id, { settings: { network: { allow: ["*.com"], host_services: [] } } })
        )
        assert.include((yield* Effect.flip(patched)).message, '"*.com" would let through too much')
      })
    )
  )
})
