import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Budget from "../../src/domain/budget/Words.ts"
import * as Cards from "../../src/domain/chat/Cards.ts"
import * as ButtonIds from "../../src/domain/chat/ButtonIds.ts"
import * as Buttons from "../../src/domain/egress/Buttons.ts"
import * as Words from "../../src/domain/egress/Words.ts"
import { AskId } from "../../src/domain/Ids.ts"
import type { Run } from "../../src/domain/Run.ts"
import { Channels } from "../../src/services/Channels.ts"
import { EgressAsks } from "../../src/services/EgressAsks.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Spending } from "../../src/services/Spending.ts"
import { TaskControl } from "../../src/services/TaskControl.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { firstQueued, openRoom, wait } from "../support/Room.ts"

/** The card that a run's first refusal causes. */
const refuse = Effect.fnUntraced(function* ({ channel_id, run_id, started_at }: Run, id: string, host: string) {
  const ask_id = AskId.make(id)
  const where = `${host}:443`
  yield* EgressAsks.use((all) => all.ask({ ask_id, channel_id, run_id, host, port: 443, asked_at: started_at }))
  const card = { key: Buttons.cardKey(where), content: Words.asked(where), buttons: Buttons.of(ask_id), aside: true }
  yield* Messages.use((all) => all.say({ channel_id, run_id, ...card }))
})

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page", (it) => {
  it.effect("lets a refused host through, for an hour or for the channel, and says what was decided", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("hosts")
      const { run, tell } = yield* begin("run-hosts", room.id)
      const refused = { host: "one.example.com", port: 443, decision: "refused", reason: "not_listed" }
      yield* tell("run.egress", refused)
      yield* tell("run.egress", { ...refused, times: 3, bytes: 0 })
      yield* room.sees(".work .refusal", "one.example.com:443 was not reached: it is not on this channel's list.")
      assert.strictEqual(yield* wait(() => room.page.locator(".refusal").count()), 1)
      yield* refuse(run, "ask-1", "one.example.com")
      yield* refuse(run, "ask-2", "two.example.com")
      const card = (host: string) => room.page.locator("article.bot", { hasText: host })
      yield* wait(() => card("one.example").getByRole("button", { name: "Allow once (one hour)" }).click())
      yield* wait(() => card("one.example").getByText("Allowed for one hour.").waitFor())
      yield* wait(() => card("two.example").getByRole("button", { name: "Allow for this channel" }).focus())
      yield* wait(() => room.page.keyboard.press("Enter"))
      yield* wait(() => card("two.example").getByText("Allowed from this channel.").waitFor())
      assert.strictEqual(yield* wait(() => room.page.locator("article .buttons").count()), 0)
      // The keyboard stays where the button was.
      assert.strictEqual(yield* wait(() => room.page.evaluate("document.activeElement.id")), "timeline")
      const now = run.started_at + 1
      assert.deepStrictEqual(yield* EgressAsks.use((all) => all.granted(room.id, now)), [
        { host: "one.example.com", port: 443 }
      ])
      const { settings } = yield* Channels.use((all) => all.get(room.id))
      assert.deepStrictEqual(settings.network?.allow, ["two.example.com"])
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("allows more money with the button of a used up budget, once", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("money")
      const { run } = yield* begin("run-money", room.id)
      const of = { level: "day", scope: room.id, usd: 10, run_id: null, task_id: null, period: "2999-01-01" } as const
      const limit = { ...of, since: 0, until: Date.parse("2999-01-02") }
      const ask_id = AskId.make("ask-money")
      const ask = { ask_id, place: room.id, level: of.level, scope: of.scope, period: of.period, until: limit.until }
      yield* Spending.use((all) => all.ask({ ...ask, amount_usd: 5, asked_at: run.started_at }))
      const said = { channel_id: room.id, run_id: run.run_id, key: "budget:1", content: "The budget is used up." }
      yield* Messages.use((all) => all.say({ ...said, buttons: Budget.buttons(ask_id, limit), aside: true }))
      const card = room.page.locator("article.bot", { hasText: "The budget is used up." })
      yield* wait(() => card.getByRole("button", { name: "Allow $5.00 more today" }).click())
      yield* wait(() => card.locator(".buttons").waitFor({ state: "hidden" }))
      assert.strictEqual((yield* Spending.use((all) => all.standing(limit))).raised, 5)
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("keeps the buttons of a card after a reload, and takes them away when somebody else has decided", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("elsewhere")
      const { run } = yield* begin("run-elsewhere", room.id)
      yield* refuse(run, "ask-3", "three.example.com")
      yield* wait(() => room.page.reload())
      yield* room.sees("article.bot .buttons button", "Allow once")
      yield* EgressAsks.use((all) => all.decide(AskId.make("ask-3"), "once", "Ada"))
      yield* room.sees("article.bot strong", "Allowed by Ada for one hour.")
      yield* room.gone("article.bot .buttons")
    })
  )

  it.effect("says why a click did nothing, and lets it be tried again", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("gone")
      const gone = { key: "k", content: "Allow it?", buttons: Buttons.of(AskId.make("never-asked")) }
      yield* Messages.use((all) => all.say({ channel_id: room.id, run_id: null, ...gone }))
      yield* wait(() => room.page.getByRole("button", { name: "Allow for this channel" }).click())
      yield* room.sees("#problem", "That question is no longer there")
      yield* room.sees("article .buttons[aria-busy=false] button", "Allow for this channel")
    })
  )

  it.effect("shows no button that it cannot carry out", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("unknown")
      const strange = ["allow:may-1", "host:../../x", "javascript:alert(1)"].map((id) => ({
        id,
        label: id,
        style: "primary" as const
      }))
      yield* Messages.use((all) =>
        all.say({ channel_id: room.id, run_id: null, key: "s", content: "strange", buttons: [strange] })
      )
      yield* room.sees("article.bot", "strange")
      assert.strictEqual(yield* wait(() => room.page.locator("article .buttons").count()), 0)
    })
  )

  it.effect("offers once to try a failed run again, and says its messages again", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("retry")
      yield* room.post("build it")
      const { end, run } = yield* begin("run-retry", room.id, yield* firstQueued(room.id))
      const sentence = { key: "end", content: "The agent failed.", buttons: Cards.retry(run.run_id) }
      yield* Messages.use((all) => all.say({ channel_id: room.id, run_id: run.run_id, ...sentence }))
      yield* end("failed")
      const once = Effect.gen(function* () {
        yield* room.sees("article.person[data-state=failed]", "build it")
        yield* room.sees("article.bot .buttons button", "Retry")
        assert.strictEqual(yield* wait(() => room.page.locator(".again").count()), 0)
      })
      yield* once
      yield* wait(() => room.page.reload())
      yield* once
      yield* wait(() => room.page.getByRole("button", { name: "Retry", exact: true }).click())
      yield* room.sees("article.person[data-state=queued]", "build it")
      yield* room.gone("article.bot .buttons")
    })
  )

  it.effect("turns a task that paused itself on again", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("resume")
      const owner = { kind: "owner" } as const
      const control = yield* TaskControl
      const draft = { channel_id: room.id, type: "interval", schedule: "1h", prompt: "look" } as const
      const { task } = yield* control.add(owner, draft)
      yield* control.edit(owner, task.task_id, { enabled: false })
      const resume = [[{ id: ButtonIds.resume(task.task_id), label: "Resume", style: "primary" as const }]]
      const paused = { channel_id: room.id, run_id: null, key: "task:1", content: "It has paused itself." }
      yield* Messages.use((all) => all.say({ ...paused, buttons: resume }))
      yield* wait(() => room.page.getByRole("button", { name: "Resume" }).click())
      yield* room.gone("article.bot .buttons")
      assert.isTrue((yield* control.get(owner, task.task_id)).task.enabled)
    })
  )
})
