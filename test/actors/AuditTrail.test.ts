/** What the audit log holds of acts that not everybody may do: each one, and each that was refused. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as ConfigAudit from "../../src/actors/ConfigAudit.ts"
import { MessageId } from "../../src/domain/Ids.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { TaskControl } from "../../src/services/TaskControl.ts"
import type { Subject } from "../../src/services/Tokens.ts"
import * as Chores from "../support/Chores.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking, permission, working } from "../support/Scripts.ts"

const { asked, ended, house, owner, post, prompted, room, runs, settle, until } = House

const person = (name: string): Subject => ({ kind: "person", platform: "discord", person_id: name, name, roles: [] })
const [bob, cleo, eve] = [person("bob"), person("cleo"), person("eve")]

type Doing = Effect.Effect<unknown, unknown, Conversations | TaskControl>
const use = <A, E>(ask: (all: Conversations["Service"]) => Effect.Effect<A, E>) => Conversations.use(ask)
const chore = <A, E>(ask: (all: TaskControl["Service"]) => Effect.Effect<A, E>) => TaskControl.use(ask)

/** What was recorded while that was done, oldest first. */
const recorded = Effect.fnUntraced(function* <A, E, R>(doing: Effect.Effect<A, E, R>) {
  const list = Audit.use((audit) => audit.list({ limit: 200 }))
  const before = (yield* list).length
  yield* Effect.exit(doing)
  return (yield* list)
    .slice(0, -before || undefined)
    .map(({ action, actor_name, outcome }) => `${actor_name} ${action} ${outcome}`)
    .toReversed()
})

/** A room with a member and an owner; its task; a run that has ended, one that is at work, and two messages behind it. */
const open = Effect.gen(function* () {
  const outside = yield* Outside
  const here = yield* room("room")
  const { channel_id } = here
  yield* use((c) => c.grant(owner, channel_id, { kind: "user", id: "bob", role: "member" }))
  yield* use((c) => c.grant(owner, channel_id, { kind: "user", id: "cleo", role: "owner" }))
  yield* post(here, "over")
  yield* ended(here)
  const [over] = yield* runs(here)
  const task = yield* Chores.add(here)
  const held = working()
  outside.when("work", held.script)
  yield* post(here, "work")
  yield* prompted("work")
  for (const text of ["two", "three"]) yield* post(here, text)
  yield* settle
  return { here, channel_id, task, over: over?.run_id ?? assert.fail("no run") }
})

describe("The audit log", () => {
  it.effect("has a line for each act on others' work and on the channel, done or refused", () =>
    house(
      Effect.gen(function* () {
        const { channel_id, over, task } = yield* open
        const [two, three] = [MessageId.make("two"), MessageId.make("three")]
        const table: ReadonlyArray<readonly [action: string, by: Subject, act: (subject: Subject) => Doing]> = [
          ["message.edit", bob, (who) => use((c) => c.editQueued(who, channel_id, two, "else"))],
          ["message.drop", bob, (who) => use((c) => c.dropQueued(who, channel_id, three))],
          ["task.run", bob, (who) => chore((all) => all.runNow(who, task))],
          ["task.change", bob, (who) => chore((all) => all.edit(who, task, { prompt: "else" }))],
          ["task.remove", bob, (who) => chore((all) => all.remove(who, task))],
          ["run.stop", bob, (who) => House.during(use((c) => c.stop(who, channel_id)))],
          ["run.retry", bob, (who) => use((c) => c.retry(who, over))],
          ["channel.change", bob, (who) => use((c) => c.patch(who, channel_id, { name: "renamed" }))],
          [
            "role.allow",
            cleo,
            (who) => use((c) => c.grant(who, channel_id, { kind: "user", id: "x", role: "member" }))
          ],
          ["role.deny", cleo, (who) => use((c) => c.grant(who, channel_id, { kind: "user", id: "x", role: null }))],
          ["channel.create", owner, (who) => use((c) => c.create(who, { name: "new" }))],
          ["channel.create", owner, (who) => use((c) => c.ensure(who, "/srv/new"))],
          ["channel.remove", bob, (who) => House.during(use((c) => c.remove(who, channel_id)))]
        ]
        for (const [action, by, act] of table) {
          // The same refusal again within a minute says nothing new.
          yield* TestClock.adjust("2 minutes")
          assert.deepStrictEqual(yield* recorded(act(eve)), [`eve ${action} denied`])
          const name = by.kind === "person" ? by.name : by.kind
          assert.deepStrictEqual(yield* recorded(act(by)), [`${name} ${action} done`])
        }
        // Of an act on a message that was made up there is nothing to tell.
        const invented = MessageId.make("invented")
        yield* TestClock.adjust("2 minutes")
        const other = yield* room("other")
        for (const act of [
          use((c) => c.editQueued(eve, other.channel_id, invented, "else")),
          use((c) => c.dropQueued(eve, other.channel_id, invented))
        ]) {
          assert.deepStrictEqual(yield* recorded(act), [])
        }
        // It was there already.
        assert.deepStrictEqual(yield* recorded(use((c) => c.ensure(owner, "/srv/new"))), [])
      })
    )
  )

  it.effect("has none for what people do with their own work", () =>
    house(
      Effect.gen(function* () {
        const { channel_id, task } = yield* open
        const doing = Effect.gen(function* () {
          yield* use((c) => c.editQueued(owner, channel_id, MessageId.make("two"), "else"))
          yield* use((c) => c.dropQueued(owner, channel_id, MessageId.make("three")))
          // What a platform tells of its own messages.
          yield* use((c) => c.dropQueued({ kind: "system" }, channel_id, MessageId.make("two")))
          yield* chore((all) => all.edit(owner, task, { prompt: "else" }))
          yield* chore((all) => all.runNow(owner, task))
          yield* House.during(use((c) => c.stop(owner, channel_id)))
        })
        assert.deepStrictEqual(yield* recorded(Effect.orDie(doing)), [])
      })
    )
  )

  it.effect("has each decision about what an agent asks, and each rule that comes of one", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("asking", { permission_mode: "ask" }, "/srv/asking")
        const here = { channel_id }
        yield* use((c) => c.grant(owner, channel_id, { kind: "user", id: "bob", role: "member" }))
        yield* use((c) => c.grant(owner, channel_id, { kind: "user", id: "cleo", role: "owner" }))
        const outside = yield* Outside
        outside.when("tool", asking(permission()))
        outside.when(
          "question",
          asking({
            _tag: "Question",
            toolUseId: "t2",
            questions: [{ question: "Which?", options: [], multiple: false }],
            input: {}
          })
        )
        yield* post(here, "tool")
        const { approval_id, cwd, request } = yield* asked(here)
        assert.deepStrictEqual([cwd, request], ["/srv/asking", permission()])
        const always = (who: Subject) => use((c) => c.decide(who, approval_id, "allow_always", null))
        assert.deepStrictEqual(yield* recorded(always(bob)), ["bob approval.decide denied"])
        assert.deepStrictEqual(yield* recorded(always(cleo)), ["cleo approval.decide done", "cleo rule.make done"])
        yield* ended(here)
        const [rule] = yield* use((c) => c.rules(owner, channel_id))
        const revoke = (who: Subject) => use((c) => c.revokeRule(who, channel_id, rule?.rule_id ?? ""))
        assert.deepStrictEqual(yield* recorded(revoke(bob)), ["bob rule.revoke denied"])
        assert.deepStrictEqual(yield* recorded(revoke(cleo)), ["cleo rule.revoke done"])
        yield* post(here, "question")
        const question = (yield* asked(here)).approval_id
        const answer = (who: Subject) => use((c) => c.answer(who, question, 0, "this"))
        assert.deepStrictEqual(yield* recorded(answer(eve)), ["eve approval.decide denied"])
        assert.deepStrictEqual(yield* recorded(answer(bob)), ["bob approval.decide done"])
        yield* ended(here, 2)
      })
    )
  )

  it.effect("names the keys of the configuration that were changed, and no value", () =>
    house(
      Effect.gen(function* () {
        const { configure } = yield* Outside
        const entries = Audit.use((audit) => audit.list({ limit: 10 }))
        yield* Effect.gen(function* () {
          yield* configure({ permissions: { owners: { users: ["7"] } }, claude_code_oauth_token: "hidden" })
          yield* until(
            "it is recorded",
            Effect.map(entries, (all) => all.length > 0)
          )
          yield* configure({})
          yield* until(
            "it is recorded",
            Effect.map(entries, (all) => all.length > 1)
          )
          yield* configure({})
          yield* settle
        }).pipe(Effect.provide(ConfigAudit.layer))
        const all = yield* entries
        assert.notInclude(JSON.stringify(all), "hidden")
        assert.deepStrictEqual(
          all.map(({ action, actor, detail }) => [action, actor, detail]),
          [0, 1].map(() => ["config.change", "system", { keys: ["claude_code_oauth_token", "permissions"] }])
        )
      })
    )
  )
})
