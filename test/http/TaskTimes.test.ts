import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import * as Scoped from "../support/Scoped.ts"

interface Day {
  readonly task_id: number
  readonly date: string
  readonly instants: ReadonlyArray<string>
  readonly more: boolean
}

const room = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

const add = Effect.fnUntraced(function* (channel_id: string, type: string, schedule: string) {
  const api = yield* Api
  const made = yield* api.call("POST", "/api/tasks", { channel_id, type, schedule, prompt: "look" })
  assert.strictEqual(made.status, 201, made.text)
  return (made.json as { readonly id: number }).id
})

layer(ApiLayer.layer({ config: { timezone: "Europe/Berlin" } }), { excludeTestServices: true })("instants", (it) => {
  it.effect("of a schedule are told before it is set, in its zone, and nothing is stored", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const preview = (body: object) => api.call("POST", "/api/tasks/preview", body)
      const local = yield* preview({ type: "once", schedule: "2031-07-01 09:00" })
      assert.deepStrictEqual(local.json, { next_runs: ["2031-07-01T07:00:00.000Z"], zone: "Europe/Berlin" })
      const away = yield* preview({ type: "once", schedule: "2031-07-01 09:00", timezone: "Asia/Tokyo" })
      assert.deepStrictEqual(away.json, { next_runs: ["2031-07-01T00:00:00.000Z"], zone: "Asia/Tokyo" })
      const often = yield* preview({ type: "cron", schedule: "*/5 * * * *" })
      assert.lengthOf((often.json as { readonly next_runs: ReadonlyArray<string> }).next_runs, 5)
      const never = yield* preview({ type: "cron", schedule: "0 0 30 2 *" })
      assert.strictEqual(never.status, 422)
      assert.include(never.text, '"field":"schedule"')
      assert.include(never.text, "never comes")
      const nowhere = yield* preview({ type: "cron", schedule: "@daily", timezone: "Mars/Base" })
      assert.strictEqual(nowhere.status, 400)
      assert.include(nowhere.text, '"field":"timezone"')
      assert.deepStrictEqual((yield* api.call("GET", "/api/tasks")).json, [])
    })
  )

  it.effect("of all tasks are told by the days of the zone that is asked for, to those who may read them", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const [mine, other] = [yield* room("mine"), yield* room("other")]
      // 23:30 in Berlin is the next day in Tokyo.
      const late = yield* add(mine, "once", "2031-03-09 23:30")
      const often = yield* add(mine, "interval", "10s")
      const hidden = yield* add(other, "cron", "0 6 * * *")
      const off = yield* add(mine, "cron", "0 7 * * *")
      yield* api.call("PATCH", `/api/tasks/${off}`, { enabled: false })
      const days = (zone: string, query = "from=2031-03-09&days=2") =>
        Effect.map(
          api.call("GET", `/api/tasks/calendar?${query}&zone=${zone}`),
          ({ json }) => json as ReadonlyArray<Day>
        )
      const of = (all: ReadonlyArray<Day>, task: number) => all.filter(({ task_id }) => task_id === task)
      const berlin = yield* days("Europe/Berlin")
      const instants = ["2031-03-09T22:30:00.000Z"]
      assert.deepStrictEqual(of(berlin, late), [{ task_id: late, date: "2031-03-09", instants, more: false }])
      assert.deepStrictEqual(of(yield* days("Asia/Tokyo"), late), [
        { task_id: late, date: "2031-03-10", instants, more: false }
      ])
      const [first, second] = of(berlin, often)
      assert.deepStrictEqual([first?.date, second?.date, first?.more], ["2031-03-09", "2031-03-10", true])
      assert.lengthOf(first?.instants ?? [], 8)
      assert.lengthOf(of(berlin, hidden), 2)
      assert.deepStrictEqual(of(berlin, off), [])
      assert.deepStrictEqual(yield* days("UTC", "from=2020-01-01&days=1"), [])

      const reader = yield* Scoped.make({ channels: [mine], access: "read" })
      const seen = yield* Scoped.as(reader, "GET", "/api/tasks/calendar?from=2031-03-09&days=2&zone=UTC")
      assert.deepStrictEqual(of(seen.json as ReadonlyArray<Day>, hidden), [])
      assert.notDeepEqual(of(seen.json as ReadonlyArray<Day>, late), [])
      const listed = (yield* Scoped.as(reader, "GET", "/api/tasks")).json as ReadonlyArray<{
        readonly id: number
        readonly zone: string
      }>
      assert.strictEqual(listed[0]?.zone, "Europe/Berlin")
      assert.sameMembers(
        listed.map(({ id }) => id),
        [late, often, off]
      )
      assert.strictEqual((yield* Scoped.as(reader, "GET", `/api/tasks?channel_id=${other}`)).status, 403)
      for (const query of ["from=soon&days=1", "from=2031-02-30", "from=2031-01-01&days=43"]) {
        assert.strictEqual((yield* api.call("GET", `/api/tasks/calendar?${query}&zone=UTC`)).status, 400, query)
      }
    })
  )
})
