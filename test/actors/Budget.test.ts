/** Nobody spends more than was allowed, by more than one model call; and an owner can allow more. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as ButtonIds from "../../src/domain/chat/ButtonIds.ts"
import type { Budget } from "../../src/domain/budget/Limits.ts"
import type { AskId } from "../../src/domain/Ids.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Messages } from "../../src/services/Messages.ts"
import { SpendingReports } from "../../src/services/SpendingReports.ts"
import { TaskControl } from "../../src/services/TaskControl.ts"
import type { Subject } from "../../src/services/Tokens.ts"
import * as House from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import * as Spender from "../support/Spender.ts"

const { ended, house, owner, pass, post, room, runs, said, serving, states, until } = House

/** What was spent by everybody, in whole dollars. */
const spent = Effect.map(
  SpendingReports.use((reports) => reports.grouped("model", { from: 0, to: Number.MAX_SAFE_INTEGER }, "UTC")),
  (rows) => rows.reduce((sum, { cost_usd }) => sum + cost_usd, 0)
)

const raise = (subject: Subject, id: AskId) => Conversations.use((all) => all.raiseBudget(subject, id))

/** The button of the newest message that has one. */
const raiseButton = Effect.fnUntraced(function* (place: House.Room) {
  const all = yield* Messages.use((messages) => messages.list(place.channel_id, { limit: 20 }))
  const buttons = all.flatMap((message) => (message.buttons ?? []).flat())
  const found = buttons.find(({ id }) => ButtonIds.parse(id)?.action === "raise")
  const button = ButtonIds.parse(found?.id ?? "")
  return button?.action === "raise" ? { ask: button.ask, label: found?.label } : undefined
})

const levels: ReadonlyArray<readonly [what: string, key: keyof Budget, words: string]> = [
  ["a run", "per_run_usd", "$3.00 of the $2.50 for a run are spent"],
  ["a day", "per_day_usd", "$3.00 of the $2.50 for today are spent"],
  ["a month", "per_month_usd", "$3.00 of the $2.50 for this month are spent"]
]

describe("A runaway agent", () => {
  for (const [what, key, words] of levels) {
    for (const channel of [false, true]) {
      it.effect(
        `stops within one model call of the budget of ${what} ${channel ? "in its channel" : "everywhere"}`,
        () =>
          house(
            Effect.gen(function* () {
              const outside = yield* Outside
              const spender = Spender.make(outside)
              outside.when("run away", spender.runaway)
              const here = yield* room("room", channel ? { budget: { [key]: 2.5 } } : {})
              yield* post(here, "run away")
              const run = yield* House.during(ended(here))
              assert.deepStrictEqual([spender.made(), spender.refused()], [3, 1])
              assert.strictEqual(run.status, "stopped")
              assert.include(
                run.reason,
                channel ? words.replace(" are", key === "per_run_usd" ? " are" : " in this channel are") : words
              )
              // What it had written is kept, and the sentence follows it.
              assert.deepStrictEqual(
                (yield* said(here)).filter((text) => !text.startsWith("The budget is")),
                ["So far", run.reason]
              )
            }),
            channel ? {} : { budget: { [key]: 2.5 } }
          )
      )
    }
  }

  for (const [what, budget] of [
    ["a run counts nothing that its channel spent before", { per_run_usd: 2.5 }],
    ["a channel counts nothing that others spend", { per_day_usd: 2.5 }]
  ] as const) {
    it.effect(`within the budget of ${what}`, () =>
      house(
        Effect.gen(function* () {
          const outside = yield* Outside
          const spender = Spender.make(outside)
          outside.when("before", spender.spending(2))
          outside.when("work", spender.spending(2))
          const here = yield* room("room", { budget })
          const there = "per_run_usd" in budget ? here : yield* room("other")
          yield* post(there, "before")
          yield* ended(there)
          yield* post(here, "work")
          const run = yield* House.during(ended(here, there === here ? 2 : 1))
          assert.deepStrictEqual([run.status, spender.made(), spender.refused()], ["completed", 4, 0])
        })
      )
    )
  }

  it.effect("of a task stops at the task's budget, which other work has no part in", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const spender = Spender.make(outside)
        outside.when("run away", spender.runaway)
        outside.when("other work", spender.spending(3))
        const here = yield* room("room")
        yield* post(here, "other work")
        yield* ended(here)
        const draft = { channel_id: here.channel_id, type: "interval", schedule: "1h", prompt: "run away" } as const
        yield* TaskControl.use((tasks) => tasks.add(owner, draft))
        yield* pass(3601, 600)
        const run = yield* House.during(ended(here, 2))
        assert.include(run.reason, "$3.00 of the $2.50 for task 1 today are spent (budget.per_task_usd)")
        assert.strictEqual(spender.made(), 6)
        // It comes again each hour: told once, not counted as its failure, and nothing is spent.
        const before = (yield* said(here)).length
        yield* pass(3 * 3600, 600)
        const all = yield* runs(here)
        assert.isAbove(all.length, 3)
        assert.deepStrictEqual(
          all.slice(1).map(({ status }) => status),
          all.slice(1).map(() => "stopped")
        )
        assert.strictEqual(spender.made(), 6)
        assert.isAtMost((yield* said(here)).length, before + 1)
      }),
      { budget: { per_task_usd: 2.5 } }
    )
  )

  it.effect("beside another one overshoots by one call each at the most", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const spender = Spender.make(outside)
        const rooms = yield* Effect.forEach(["one", "two", "three"], (name) => room(name))
        for (const { name } of rooms) outside.when(`run away ${name}`, spender.runaway)
        yield* Effect.forEach(rooms, (here) => post(here, `run away ${here.name}`), { concurrency: "unbounded" })
        yield* House.during(Effect.forEach(rooms, (here) => ended(here)))
        assert.isAtLeast(yield* spent, 4.5)
        assert.isAtMost(yield* spent, 4.5 + rooms.length)
        assert.strictEqual(spender.refused(), rooms.length)
      }),
      { budget: { per_day_usd: 4.5 } }
    )
  )

  it.effect("that makes many calls at once overshoots by one of them", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const spender = Spender.make(outside)
        outside.when("all at once", (_, stage) =>
          Effect.andThen(
            Effect.forEach(
              Array.from({ length: 12 }),
              () =>
                Effect.gen(function* () {
                  const admission = yield* spender.ask(stage)
                  // Some time passes until it has been answered.
                  for (let steps = 0; steps < 20; steps++) yield* Effect.yieldNow
                  if (admission._tag === "Go") yield* admission.ended(Spender.oneDollar)
                }),
              { concurrency: "unbounded", discard: true }
            ),
            Effect.never
          )
        )
        const here = yield* room("room")
        yield* post(here, "all at once")
        yield* House.during(ended(here))
        assert.strictEqual(spender.made(), 5)
        assert.strictEqual(yield* spent, 5)
      }),
      { budget: { per_run_usd: 4.5 } }
    )
  )

  it.effect("is not begun once the money is spent, and begins again on the next day", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const spender = Spender.make(outside)
        outside.when("spend", spender.spending(3))
        outside.when("more", spender.spending(1))
        const here = yield* room("room")
        yield* post(here, "spend")
        yield* ended(here)
        yield* post(here, "more")
        const refused = yield* ended(here, 2)
        assert.strictEqual(refused.status, "failed")
        assert.match(refused.reason ?? "", /^Not begun, by the budget: \$3\.00 of the \$2\.50 for today are spent/)
        assert.notInclude(outside.prompts(), "more")
        assert.deepStrictEqual(yield* states(here), { spend: "replied", more: "failed" })
        // It is seven in the evening in New York, and tomorrow in Greenwich.
        yield* pass(4.9 * 3600, 600)
        yield* post(here, "still today")
        assert.strictEqual((yield* ended(here, 3)).status, "failed")
        yield* pass(0.2 * 3600, 600)
        yield* post(here, "tomorrow")
        assert.strictEqual((yield* House.during(ended(here, 4))).status, "completed")
      }),
      { budget: { per_day_usd: 2.5 }, timezone: "America/New_York" }
    )
  )
})

describe("A restarted supervisor", () => {
  it.effect("goes on counting where the last one stopped, also for a run in the middle of its work", () =>
    Effect.gen(function* () {
      const outside = yield* Outside
      const spender = Spender.make(outside)
      const go = yield* Deferred.make<void>()
      outside.when("run away", (prompt, stage) =>
        Effect.gen(function* () {
          yield* spender.call(stage)
          yield* spender.call(stage)
          yield* Deferred.await(go)
          yield* spender.runaway(prompt, stage)
        })
      )
      const here = yield* serving(
        Effect.gen(function* () {
          const place = yield* room("room")
          yield* post(place, "run away")
          yield* until(
            "two calls",
            Effect.map(spent, (usd) => usd === 2)
          )
          return place
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(61)
          yield* Deferred.succeed(go, undefined)
          const run = yield* House.during(ended(here))
          assert.include(run.reason, "$3.00 of the $2.50 for a run are spent")
          assert.strictEqual(spender.made(), 3)
        })
      )
    }).pipe(Effect.provide(outsideLayer({ budget: { per_run_usd: 2.5 } })))
  )
})

describe("An owner", () => {
  const person = (person_id: string): Subject => ({
    kind: "person",
    platform: "discord",
    person_id,
    name: person_id,
    roles: []
  })

  it.effect("allows more with the button, once, and the work can go on", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const spender = Spender.make(outside)
        outside.when("run away", spender.runaway)
        outside.when("go on", spender.spending(1))
        const here = yield* room("room")
        yield* post(here, "run away")
        const run = yield* House.during(ended(here))
        const { ask, label } = (yield* raiseButton(here)) ?? assert.fail("no button")
        assert.strictEqual(label, "Allow $1.25 more today")

        yield* Conversations.use((all) =>
          all.grant(owner, here.channel_id, { kind: "user", id: "member", role: "member" })
        )
        for (const id of ["stranger", "member"]) {
          assert.strictEqual((yield* Effect.flip(raise(person(id), ask)))._tag, "Denied", id)
        }
        const agent: Subject = {
          kind: "run",
          run_id: run.run_id,
          channel_id: here.channel_id,
          authors: [{ kind: "owner" }]
        }
        assert.include((yield* Effect.flip(raise(agent, ask))).message, "an owner has to")
        yield* post(here, "not yet")
        assert.strictEqual((yield* ended(here, 2)).status, "failed")

        assert.include(yield* raise(owner, ask), "$1.25 more may be spent today")
        assert.include((yield* Effect.flip(raise(owner, ask))).message, "allowed already")
        assert.isUndefined(yield* raiseButton(here))
        yield* post(here, "go on")
        assert.strictEqual((yield* House.during(ended(here, 3))).status, "completed")
        const acts = yield* Audit.use((audit) => audit.list({ limit: 10 }))
        assert.deepStrictEqual(
          acts.filter(({ action }) => action === "budget.raise").map(({ actor, outcome }) => [actor, outcome]),
          [
            ["owner", "done"],
            ["discord:member", "denied"],
            ["discord:stranger", "denied"]
          ]
        )
      }),
      { budget: { per_day_usd: 2.5 } }
    )
  )

  it.effect("cannot allow more for a day that is over", () =>
    Effect.andThen(
      TestClock.setTime(86_400_000 - 60_000),
      house(
        Effect.gen(function* () {
          const outside = yield* Outside
          outside.when("run away", Spender.make(outside).runaway)
          const here = yield* room("room")
          yield* post(here, "run away")
          yield* House.during(ended(here))
          const { ask } = (yield* raiseButton(here)) ?? assert.fail("no button")
          yield* pass(60, 60)
          assert.include((yield* Effect.flip(raise(owner, ask))).message, "about a time that is over")
        }),
        { budget: { per_day_usd: 2.5 }, timezone: "UTC" }
      )
    )
  )

  it.effect("is warned once when four fifths are spent, and again when what was allowed is nearly spent", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const spender = Spender.make(outside)
        for (const text of ["a", "b", "c"]) outside.when(text, spender.spending(text === "a" ? 8 : 1))
        const here = yield* room("room")
        const warnings = Effect.map(said(here), (all) => all.filter((text) => text.includes("nearly used up")))
        yield* post(here, "a")
        yield* ended(here)
        assert.deepStrictEqual(
          (yield* warnings).map((text) => text.replace(/ At the limit.*$/, "")),
          ["The budget is nearly used up: $8.00 of the $10.00 for today are spent (budget.per_day_usd)."]
        )
        yield* post(here, "b")
        yield* ended(here, 2)
        assert.strictEqual((yield* warnings).length, 1)
        const { ask } = (yield* raiseButton(here)) ?? assert.fail("no button")
        yield* raise(owner, ask)
        yield* post(here, "c")
        yield* ended(here, 3)
        assert.strictEqual((yield* warnings).length, 1)
        outside.when("d", spender.spending(2))
        yield* post(here, "d")
        yield* ended(here, 4)
        assert.strictEqual((yield* warnings).length, 2)
      }),
      { budget: { per_day_usd: 10 } }
    )
  )
})
