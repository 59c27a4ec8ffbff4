/** `GET /metrics` for Prometheus: what was counted meanwhile (`domain/Metrics`), and how things stand as it is asked. */
import { Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { Agents } from "../services/Agents.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Masking } from "../services/Masking.ts"
import { Messages } from "../services/Messages.ts"
import { Outbox } from "../services/Outbox.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { Platforms } from "../services/Platforms.ts"
import { Runs } from "../services/Runs.ts"
import { Slots } from "../services/Slots.ts"
import { route } from "./Route.ts"

const gauge = (name: string, description: string) => Metric.gauge(name, { description })

const runs = gauge("loop_runs", "Runs under way, by status")
const queued = gauge("loop_queue_length", "Messages that wait for their channel's turn")
const slots = gauge("loop_run_slots", "Slots for runs: used, waited for, and their limit")
const processes = gauge("loop_agent_processes", "Agent processes that are kept: busy and idle")
const outbox = gauge("loop_outbox_waiting", "Parts of messages that are not delivered yet")
const platform = gauge("loop_platform_connected", "1 where a platform is connected")
const build = gauge("loop_build_info", "Always 1; which build this is")
const started = gauge("process_start_time_seconds", "When the process started, in Unix seconds")
const memory = gauge("process_resident_memory_bytes", "Memory of the process")
const heap = gauge("nodejs_heap_used_bytes", "Memory in use by JavaScript")
const cpu = Metric.counter("process_cpu_seconds_total", { description: "CPU time of the process, in seconds" })

const set = (metric: typeof runs, value: number, labels: Readonly<Record<string, string>> = {}) =>
  Metric.update(Metric.withAttributes(metric, labels), value)

const statuses = ["starting", "running", "waiting"] as const

const look = Effect.gen(function* () {
  const live = yield* Runs.use((all) => all.allLive)
  for (const status of statuses) yield* set(runs, live.filter((run) => run.status === status).length, { status })
  yield* set(queued, yield* Messages.use((all) => all.queuedCount))
  yield* set(outbox, yield* Outbox.use((all) => all.waitingCount))
  const usage = yield* Slots.use((all) => all.usage)
  yield* Effect.forEach(Object.entries(usage), ([state, value]) => set(slots, value, { state }), { discard: true })
  const kept = yield* Agents.use((agents) => agents.list)
  const busy = kept.filter((process) => process.busy).length
  yield* set(processes, busy, { state: "busy" })
  yield* set(processes, kept.length - busy, { state: "idle" })
  const health = yield* Platforms.use((platforms) => platforms.health)
  yield* Effect.forEach(
    Object.entries(health),
    ([name, { state }]) => set(platform, state === "connected" ? 1 : 0, { platform: name }),
    { discard: true }
  )
})

const ownProcess = (version: string, startedAt: number) =>
  Effect.gen(function* () {
    yield* set(build, 1, { version, node: process.versions.node })
    yield* set(started, startedAt / 1000)
    const { heapUsed, rss } = process.memoryUsage()
    yield* set(memory, rss)
    yield* set(heap, heapUsed)
    const { system, user } = process.cpuUsage()
    const { count } = yield* Metric.value(cpu)
    yield* Metric.update(cpu, (system + user) / 1_000_000 - Number(count))
  })

/** `startedAt`: epoch milliseconds. */
export const metricRoutes = (startedAt: number) => [
  route(
    "GET",
    "/metrics",
    {
      summary: "Figures for Prometheus; a scraper sends the token as a bearer",
      answer: { status: 200, description: "Prometheus' text format", mediaType: "text/plain" }
    },
    function* ({ subject }) {
      yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "read", "*"))
      const { version } = yield* PackageFiles
      yield* look
      yield* ownProcess(version, startedAt)
      const text = (yield* Masking).text(yield* PrometheusMetrics.format())
      return new Response(`${text}\n`, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } })
    }
  )
]
