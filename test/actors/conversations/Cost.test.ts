/** `/loop cost`: what was spent, for who asks. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { type ChannelId, RunId } from "../../../src/domain/Ids.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { Spending } from "../../../src/services/Spending.ts"
import type { Subject } from "../../../src/services/Tokens.ts"
import * as House from "../../support/House.ts"

const { house, room } = House
const usage = { input_tokens: 1, output_tokens: 1, cache_read_tokens: 0, cache_write_tokens: 0 }

const person = (person_id: string, ...roles: ReadonlyArray<string>): Subject => ({
  kind: "person",
  platform: "discord",
  person_id,
  name: person_id,
  roles
})

const spent = (run: string, channel_id: ChannelId, cost_usd: number, model: string, estimated = false, before = 0) =>
  Effect.gen(function* () {
    const at = (yield* Clock.currentTimeMillis) - before
    const of = { run_id: RunId.make(run), channel_id, root_id: channel_id, task_id: null }
    yield* Spending.use((all) => all.add({ ...of, at, model, usage, cost_usd, estimated }))
  })

const ask = (subject: Subject, { channel_id }: House.Room, options: Readonly<Record<string, string>> = {}) =>
  Conversations.use((all) => all.command(subject, channel_id, "cost", options))

const keys = {
  budget: { per_day_usd: 10 },
  platforms: ["local", "discord"],
  discord_token: "t",
  discord_app_id: "1",
  permissions: { owners: { users: ["ada"] } }
}

describe("/loop cost", () => {
  it.effect("tells an owner of all channels, in private, and whom one channel is open to of that one alone", () =>
    Effect.andThen(
      TestClock.setTime(10 * 86_400_000),
      house(
        Effect.gen(function* () {
          const [shop, docs] = [yield* room("shop"), yield* room("docs", { budget: { per_month_usd: 20 } })]
          yield* spent("r1", shop.channel_id, 1, "opus", false, 86_400_000)
          yield* spent("r2", shop.channel_id, 2, "opus", true)
          yield* spent("r3", docs.channel_id, 4, "haiku")
          const all = yield* ask(person("ada"), docs)
          assert.isTrue(all.private)
          const lines = all.text.split("\n")
          assert.strictEqual(lines[0], "Spent in all channels: $6.00 today, $7.00 this month.")
          assert.includeMembers(lines, [
            "This month by channel:",
            "- docs: $4.00, 1 run",
            "- shop: about $3.00, 2 runs",
            "- budget.per_month_usd of the channel: $4.00 of $20.00, $16.00 left",
            "- budget.per_day_usd: $6.00 of $10.00, $4.00 left"
          ])
          const models = (yield* ask(person("ada"), docs, { by: "model" })).text
          assert.include(models, "- haiku: $4.00, 1 run")

          yield* Conversations.use((conversations) =>
            conversations.grant(person("ada"), docs.channel_id, { kind: "user", id: "bob", role: "member" })
          )
          const own = yield* ask(person("bob"), docs)
          assert.strictEqual(own.text.split("\n")[0], "Spent in this channel: $4.00 today, $4.00 this month.")
          assert.notInclude(own.text, "shop")
          assert.notInclude(own.text, "opus")
          assert.strictEqual((yield* Effect.flip(ask(person("bob"), shop)))._tag, "Denied")
        }),
        keys
      )
    )
  )
})
