import { assert, layer } from "@effect/vitest"
import { Clock, Effect } from "effect"
import * as Metrics from "../../src/domain/Metrics.ts"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Journal } from "../../src/services/Journal.ts"
import { Store } from "../../src/services/Store.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { begin } from "../support/PlayedAgent.ts"

const room = ChannelId.make("local:metrics")
const health = {
  local: { state: "connected", last_event_at: null },
  discord: { state: "down", last_event_at: null }
} as const

/** Each line of figures: its name with labels in order of the alphabet, and its value. */
const scrape = Effect.gen(function* () {
  const api = yield* Api
  const { headers, status, text } = yield* api.call("GET", "/metrics")
  assert.strictEqual(status, 200)
  assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
  const figures = new Map<string, number>()
  for (const line of text.trimEnd().split("\n")) {
    if (/^# (HELP|TYPE) [a-z_]+ .+$/.test(line)) continue
    const match = /^([a-z_]+)(?:\{(.*)\})? ([-+.\dInfNa e]+)$/.exec(line)
    assert.isNotNull(match, `no line of Prometheus: ${line}`)
    const [, name = "", labels = "", value] = match ?? []
    figures.set(`${name}{${labels.split(",").sort().join()}}`, Number(value))
  }
  return figures
})

layer(ApiLayer.layer({ health }), { excludeTestServices: true })("/metrics", (it) => {
  it.effect("tells how things stand", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: "metrics" }))
      for (const name of ["m1", "m2", "m3"]) {
        yield* api.call("POST", `/api/channels/${room}/messages`, { content: "x", message_id: name })
      }
      const run = yield* begin("run-metrics", room, [MessageId.make("m1")])
      yield* run.say("answer")
      const figures = yield* scrape
      assert.strictEqual(figures.get('loop_runs{status="running"}'), 1)
      assert.strictEqual(figures.get("loop_queue_length{}"), 2)
      assert.strictEqual(figures.get("loop_outbox_waiting{}"), 1)
      assert.strictEqual(figures.get('loop_platform_connected{platform="local"}'), 1)
      assert.strictEqual(figures.get('loop_platform_connected{platform="discord"}'), 0)
      assert.strictEqual(figures.get('loop_agent_processes{state="idle"}'), 0)
      assert.isAbove(figures.get("process_resident_memory_bytes{}") ?? 0, 10_000_000)
      assert.isAbove(figures.get("process_cpu_seconds_total{}") ?? 0, 0)
      assert.match([...figures.keys()].find((name) => name.startsWith("loop_build_info")) ?? "", /version="\d/)
      yield* run.end("completed")
      assert.strictEqual((yield* scrape).get('loop_runs{status="running"}'), 0)
    })
  )

  it.effect("counts what was stored, and nothing of what was rolled back", () =>
    Effect.gen(function* () {
      const before = yield* scrape
      const at = yield* Clock.currentTimeMillis
      const journal = yield* Journal
      const ended = {
        type: "run.ended",
        at,
        channel_id: room,
        run_id: null,
        data: { status: "timed_out", duration_ms: 45_000 }
      } as const
      const fired = (status: string, late: number) => ({
        type: "task.fired" as const,
        at,
        channel_id: room,
        run_id: null,
        data: { task_id: 1, status, occurrence_at: new Date(at - late).toISOString() }
      })
      yield* journal.append([ended, fired("waiting", 200), fired("missed", 90_000_000)])
      yield* Store.use((store) => store.transaction(Effect.andThen(journal.append([ended]), Effect.fail("no")))).pipe(
        Effect.ignore
      )
      yield* Metrics.decided(null)
      yield* Metrics.decided("not_listed")
      const after = yield* scrape
      const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0)
      assert.strictEqual(grown('loop_runs_ended_total{status="timed_out"}'), 1)
      assert.strictEqual(grown('loop_run_duration_seconds_bucket{le="30"}'), 0)
      assert.strictEqual(grown('loop_run_duration_seconds_bucket{le="60"}'), 1)
      assert.strictEqual(grown('loop_events_total{type="task.fired"}'), 2)
      assert.strictEqual(grown('loop_task_occurrences_total{status="missed"}'), 1)
      assert.strictEqual(grown("loop_task_lateness_seconds_count{}"), 1)
      assert.closeTo(grown("loop_task_lateness_seconds_sum{}"), 0.2, 1e-6)
      assert.strictEqual(grown('loop_egress_decisions_total{decision="allowed"}'), 1)
      assert.strictEqual(grown('loop_egress_decisions_total{decision="refused",reason="not_listed"}'), 1)
    })
  )

  it.effect("is for those with a token, and names no channel", () =>
    Effect.gen(function* () {
      const api = yield* Api
      assert.strictEqual((yield* api.bare("/metrics")).status, 401)
      for (const name of (yield* scrape).keys()) assert.notInclude(name, "local:")
    })
  )
})
