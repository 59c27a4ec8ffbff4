import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

interface Shown {
  readonly id: number
  readonly enabled: boolean
  readonly next_run_at: string | null
  readonly next_runs: ReadonlyArray<string>
  readonly [key: string]: unknown
}

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

const add = Effect.fnUntraced(function* (channel_id: string, more: object = {}) {
  const api = yield* Api
  const draft = { channel_id, type: "cron", schedule: "0 9 * * mon-fri", prompt: "look around" }
  const made = yield* api.call("POST", "/api/tasks", { ...draft, ...more })
  assert.strictEqual(made.status, 201, made.text)
  return made.json as Shown
})

layer(ApiLayer.layer({ config: { timezone: "Europe/Berlin" } }), { excludeTestServices: true })("tasks", (it) => {
  it.effect("are made with their next five instants, shown, listed and deleted", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("made")
      assert.deepStrictEqual((yield* api.call("GET", `/api/tasks?channel_id=${room}`)).json, [])
      const task = yield* add("made", { overlap: "queue" })
      assert.include(task, {
        channel_id: room,
        type: "cron",
        schedule: "0 9 * * mon-fri",
        prompt: "look around",
        enabled: true,
        auto_delete_sec: 0,
        overlap: "queue",
        catch_up: "latest",
        session: "fresh",
        zone: "Europe/Berlin"
      })
      assert.strictEqual(task.next_runs.length, 5)
      assert.strictEqual(task.next_runs[0], task.next_run_at)
      assert.notProperty(task, "template_name")
      const shown = yield* api.call("GET", `/api/tasks/${task.id}`)
      assert.deepStrictEqual(shown.json, task)
      const listed = (yield* api.call("GET", `/api/tasks?channel_id=${room}`)).json as ReadonlyArray<Shown>
      assert.deepStrictEqual(
        listed.map(({ id }) => id),
        [task.id]
      )
      assert.strictEqual((yield* api.call("DELETE", `/api/tasks/${task.id}`)).status, 204)
      assert.strictEqual((yield* api.call("DELETE", `/api/tasks/${task.id}`)).status, 404)
      assert.strictEqual((yield* api.call("GET", `/api/tasks/${task.id}`)).status, 404)
      assert.strictEqual((yield* api.call("GET", "/api/tasks/soon")).status, 404)
    })
  )

  it.effect("whose schedule is impossible are refused with 422 and the reason", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const channel_id = yield* openRoom("impossible")
      const refusal = Effect.fnUntraced(function* (type: string, schedule: string) {
        const answer = yield* api.call("POST", "/api/tasks", { channel_id, type, schedule, prompt: "look" })
        assert.strictEqual(answer.status, 422, answer.text)
        assert.include(answer.text, '"field":"schedule"')
        return (answer.json as { readonly detail: string }).detail
      })
      assert.include(yield* refusal("cron", "0 0 30 2 *"), "never comes")
      assert.include(yield* refusal("cron", "hourly"), "five fields")
      assert.include(yield* refusal("interval", "0s"), "zero")
      assert.include(yield* refusal("interval", "-5m"), "negative")
      assert.include(yield* refusal("once", "2020-01-01T00:00:00Z"), "passed")
      const task = yield* add(channel_id)
      const edited = yield* api.call("PATCH", `/api/tasks/${task.id}`, { schedule: "0 0 31 4 *" })
      assert.strictEqual(edited.status, 422)
      assert.include((yield* api.call("GET", `/api/tasks/${task.id}`)).json as object, { schedule: task["schedule"] })
    })
  )

  it.effect("with a body that is no task are refused with 400, each key by its name", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const channel_id = yield* openRoom("wrong")
      const wrong = yield* api.call("POST", "/api/tasks", {
        channel_id,
        type: "often",
        overlap: "maybe",
        auto_delete_sec: -1
      })
      assert.strictEqual(wrong.status, 400)
      for (const field of ["type", "schedule", "prompt", "overlap", "auto_delete_sec"]) {
        assert.include(wrong.text, `"field":"${field}"`)
      }
      const zone = yield* api.call("POST", "/api/tasks", {
        channel_id,
        type: "cron",
        schedule: "@daily",
        prompt: "look",
        timezone: "Mars/Base"
      })
      assert.strictEqual(zone.status, 400)
      assert.include(zone.text, "Europe/Berlin")
      assert.strictEqual((yield* api.call("GET", "/api/tasks?channel_id=none")).status, 404)
      const task = yield* add(channel_id)
      assert.strictEqual((yield* api.call("PATCH", `/api/tasks/${task.id}`, {})).status, 400)
      assert.strictEqual((yield* api.call("PATCH", "/api/tasks/99999", { enabled: false })).status, 404)
    })
  )

  it.effect("are changed key by key; turning one off and on recomputes its next instant", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const task = yield* add(yield* openRoom("changed"))
      const patch = (changes: object) =>
        Effect.map(api.call("PATCH", `/api/tasks/${task.id}`, changes), ({ json }) => json as Shown)
      const prompted = yield* patch({ prompt: "look again" })
      assert.include(prompted, { prompt: "look again", next_run_at: task.next_run_at, overlap: "skip" })
      assert.include(yield* patch({ enabled: false }), { enabled: false, next_run_at: null })
      const on = yield* patch({ enabled: true, timezone: "Asia/Tokyo", pre_run: "git fetch" })
      assert.include(on, { enabled: true, zone: "Asia/Tokyo", pre_run: "git fetch" })
      assert.notStrictEqual(on.next_run_at, task.next_run_at)
      assert.include(yield* patch({ pre_run: "", timezone: null }), { pre_run: null, zone: "Europe/Berlin" })
    })
  )

  it.effect("are run now, once at a time, and have a history", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const task = yield* add(yield* openRoom("now"))
      const ran = yield* api.call("POST", `/api/tasks/${task.id}/run`)
      assert.strictEqual(ran.status, 202)
      assert.strictEqual((yield* api.call("POST", `/api/tasks/${task.id}/run`)).status, 409)
      const history = yield* api.call("GET", `/api/tasks/${task.id}/runs`)
      assert.deepStrictEqual(history.json, [ran.json])
      const { occurrence_at: at } = ran.json as { readonly occurrence_at: string }
      const before = yield* api.call("GET", `/api/tasks/${task.id}/runs?before=${encodeURIComponent(at)}`)
      assert.deepStrictEqual(before.json, [])
      assert.strictEqual((yield* api.call("GET", `/api/tasks/${task.id}/runs?before=then`)).status, 400)
    })
  )
})
