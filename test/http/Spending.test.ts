/** What `GET /api/spend` adds up, for whom, and what `loop cost` makes of it. */
import { assert, layer } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { ChannelId, RunId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { ScopedTokens } from "../../src/services/ScopedTokens.ts"
import { Spending } from "../../src/services/Spending.ts"
import { Api, layer as apiLayer } from "../support/Api.ts"
import { loop, loopHome } from "../support/Command.ts"

const [shop, thread, docs] = ["local:shop", "local:thread", "local:docs"].map((id) => ChannelId.make(id)) as [
  ChannelId,
  ChannelId,
  ChannelId
]
const usage = { input_tokens: 1000, output_tokens: 200, cache_read_tokens: 30, cache_write_tokens: 4 }

const spent = (at: string, run: string, channel_id: ChannelId, cost_usd: number, more: object = {}) => {
  const root_id = channel_id === thread ? shop : channel_id
  const call = { run_id: RunId.make(run), channel_id, root_id, task_id: null, model: "opus", usage, cost_usd }
  return Spending.use((all) => all.add({ ...call, at: Date.parse(at), estimated: false, ...more }))
}

const rows = Effect.gen(function* () {
  for (const [channel_id, parent_id] of [[shop], [thread, shop], [docs]] as const) {
    const more = parent_id === undefined ? {} : { parent_id }
    yield* Channels.use((all) => all.upsert({ channel_id, platform: "local", name: channel_id.slice(6), ...more }))
  }
  yield* spent("2031-05-03T21:59:59Z", "r0", shop, 100)
  yield* spent("2031-05-03T22:00:00Z", "r1", shop, 1)
  yield* spent("2031-05-04T21:00:00Z", "r1", shop, 2, { model: "haiku" })
  yield* spent("2031-05-04T23:00:00Z", "r2", thread, 4, { task_id: 7, estimated: true })
  yield* spent("2031-05-05T10:00:00Z", "r3", docs, 8)
  yield* spent("2031-05-05T22:00:00Z", "r4", docs, 100)
})

const span = "from=2031-05-03T22:00:00Z&to=2031-05-05T22:00:00Z"

interface Row {
  readonly key: string
  readonly cost_usd: number
  readonly runs: number
  readonly estimated: boolean
  readonly usage: object
}

const config = { timezone: "Europe/Berlin", budget: { per_month_usd: 500 } }

layer(apiLayer({ config }), { excludeTestServices: true })("spending", (it) => {
  const ask = Effect.fnUntraced(function* (query: string, init: RequestInit = {}) {
    const api = yield* Api
    const answer = yield* api.call("GET", `/api/spend?${span}&${query}`, undefined, init)
    return answer.json as ReadonlyArray<Row>
  })
  const sums = (query: string, init?: RequestInit) =>
    Effect.map(ask(query, init), (all) => all.map(({ cost_usd, key, runs }) => [key, cost_usd, runs]))

  it.effect("is added up by day of the zone, channel with its threads, task and model, within its instants", () =>
    Effect.gen(function* () {
      yield* rows
      assert.deepStrictEqual(yield* sums("group=day"), [
        ["2031-05-04", 3, 1],
        ["2031-05-05", 12, 2]
      ])
      assert.deepStrictEqual(yield* sums("group=channel"), [
        [docs, 8, 1],
        [shop, 7, 2]
      ])
      assert.deepStrictEqual(yield* sums("group=task"), [
        ["", 11, 2],
        ["7", 4, 1]
      ])
      const models = yield* ask("group=model")
      assert.deepStrictEqual(
        models.map(({ cost_usd, estimated, key }) => [key, cost_usd, estimated]),
        [
          ["opus", 13, true],
          ["haiku", 2, false]
        ]
      )
      assert.deepStrictEqual(models[1]?.usage, usage)
      // Of a thread: what its channel has spent.
      for (const id of [shop, thread]) {
        assert.deepStrictEqual(yield* sums(`group=channel&channel_id=${id}`), [[shop, 7, 2]])
      }
    })
  )

  it.effect("of channels that a token may not read is left out, and the installation's budget kept from it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const scope = { channels: [docs], access: "read" } as const
      const { secret } = yield* ScopedTokens.use((tokens) =>
        tokens.create({ name: "docs", scope, created_by: null, expires_at: null })
      )
      const as = { headers: { authorization: `Bearer ${Redacted.value(secret)}` } }
      assert.deepStrictEqual(yield* sums("group=channel", as), [[docs, 8, 1]])
      assert.deepStrictEqual(yield* sums("group=day", as), [["2031-05-05", 8, 1]])
      assert.strictEqual((yield* api.call("GET", "/api/budget", undefined, as)).status, 403)
      assert.strictEqual((yield* api.call("GET", `/api/budget?channel_id=${shop}`, undefined, as)).status, 403)
      assert.strictEqual((yield* api.call("GET", `/api/budget?channel_id=${docs}`, undefined, as)).status, 200)
    })
  )

  it.effect("is a table on the command line, and the same rows as JSON", () =>
    Effect.gen(function* () {
      const { token, url } = yield* Api
      const env = { LOOP_API_URL: url, LOOP_API_TOKEN: token }
      const home = yield* loopHome()
      const flags = ["--by", "model", "--from", "2031-05-03T22:00:00Z", "--to", "2031-05-05T22:00:00Z", "-c", shop]
      const { code, stdout } = yield* loop(home, ["cost", ...flags], { env })
      assert.strictEqual(code, 0)
      // What a pipe is given: no headings, tabs between.
      assert.deepStrictEqual(stdout.split("\n").slice(0, 2), [
        "opus\t~$5.0000\t2\t2068\t400",
        "haiku\t$2.0000\t1\t1034\t200"
      ])
      const asJson = yield* loop(home, ["cost", ...flags, "--json"], { env })
      assert.deepStrictEqual(JSON.parse(asJson.stdout), yield* ask(`group=model&channel_id=${shop}`))
    })
  )
})
