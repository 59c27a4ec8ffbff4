/** Money in a browser: what model calls cost by day, channel, task and model, and what the budgets leave. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChannelId, RunId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Spending } from "../../src/services/Spending.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { hostile } from "../support/hostile.ts"
import { wait } from "../support/Room.ts"

const usage = { input_tokens: 1000, output_tokens: 200, cache_read_tokens: 700, cache_write_tokens: 100 }

const spent = Effect.fnUntraced(function* (name: string, run: string, cost_usd: number, model = "opus", id = name) {
  const channel_id = ChannelId.make(`local:${id}`)
  yield* Channels.use((all) => all.upsert({ channel_id, platform: "local", name }))
  const call = { run_id: RunId.make(run), channel_id, root_id: channel_id, task_id: null, model, usage, cost_usd }
  yield* Spending.use((all) => all.add({ ...call, at: Date.now() - 1000, estimated: false }))
})

const config = { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, budget: { per_day_usd: 10 } }

layer(Layer.merge(ApiLayer.layer({ config }), Browser.layer), { excludeTestServices: true })("spend", (it) => {
  it.effect("is shown by day, channel and model, with what the budget leaves", () =>
    Effect.gen(function* () {
      const { loginLink, url } = yield* Server
      yield* spent("shop", "r1", 2.5)
      yield* spent("shop", "r2", 1, "haiku")
      yield* spent("docs", "r3", 0.5)
      const { failures, page } = yield* open(yield* loginLink)
      yield* wait(() => page.goto(`${url}/spend`))
      yield* wait(() => page.getByRole("heading", { name: "$4.00 in 30 days" }).waitFor())
      const tableOf = (name: string) =>
        wait(() => page.getByRole("table", { name }).locator("tbody tr").allInnerTexts()).pipe(
          Effect.map((rows) => rows.map((row) => row.replaceAll(/\s+/g, " ").trim()))
        )
      assert.deepStrictEqual(yield* tableOf("Spend by channel"), ["shop 2 4K $3.50", "docs 1 2K $0.50"])
      assert.deepStrictEqual(yield* tableOf("Spend by model"), ["opus 2 4K $3.00", "haiku 1 2K $1.00"])
      assert.deepStrictEqual(yield* tableOf("Spend by task"), ["asked for by people 3 6K $4.00"])
      const tall = yield* wait(() =>
        page.locator(".bars .bar").evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("height"))))
      )
      assert.strictEqual(tall.length, 30)
      assert.deepStrictEqual(tall.filter((height) => height > 0).length, 1)
      assert.isAbove(tall.at(-1) ?? 0, 0)
      assert.include(yield* wait(() => page.locator(".budgets").innerText()), "$4.00 of $10.00, $6.00 left")
      yield* wait(() => page.getByLabel("How far back").selectOption("7"))
      yield* wait(() => page.getByRole("heading", { name: "$4.00 in 7 days" }).waitFor())
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("takes names of channels and models as text", () =>
    Effect.gen(function* () {
      const { loginLink, url } = yield* Server
      for (const [n, text] of hostile.slice(0, 40).entries()) yield* spent(text, `h${n}`, 0.01, text, `h${n}`)
      const { failures, page } = yield* open(yield* loginLink)
      yield* wait(() => page.goto(`${url}/spend`))
      yield* wait(() => page.getByRole("table", { name: "Spend by model" }).locator("tbody tr").nth(30).waitFor())
      const found = yield* wait(() =>
        page.evaluate("[typeof pwned, document.querySelectorAll('tbody :is(img, script, iframe)').length]")
      )
      assert.deepStrictEqual(found, ["undefined", 0])
      assert.deepStrictEqual(failures, [])
    })
  )
})
