import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ProcessId, SessionId } from "../../../src/domain/Ids.ts"
import { Processes } from "../../../src/services/Processes.ts"
import { Requests } from "../../../src/services/Requests.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { fresh, openRoom, other, process, processId, request, room, run, runId } from "./support.ts"

const ids = (runs: ReadonlyArray<{ readonly run_id: string }>) => runs.map(({ run_id }) => run_id)

describe("Runs", () => {
  it.effect("keeps every column of a run", () =>
    Effect.gen(function* () {
      const runs = yield* Runs
      yield* openRoom()
      const usage = { input_tokens: 1, output_tokens: 2, cache_read_tokens: 3, cache_write_tokens: 4 }
      const whole = run("r1", {
        task_id: 7,
        reason: "why",
        fresh_tried: true,
        ended_at: 9,
        cost_usd: 0.125,
        usage,
        result: "r"
      })
      yield* runs.insert(whole)
      assert.deepStrictEqual(yield* runs.get(runId("r1")), whole)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("changes only what a patch names", () =>
    Effect.gen(function* () {
      const runs = yield* Runs
      yield* openRoom()
      yield* runs.insert(run("r1"))
      yield* runs.patch(runId("r1"), { status: "completed", ended_at: 5, compact_tried: true, message_ids: [] })
      const expected = run("r1", { status: "completed", ended_at: 5, compact_tried: true, message_ids: [] })
      assert.deepStrictEqual(yield* runs.get(runId("r1")), expected)
      yield* runs.patch(runId("r1"), {})
      assert.deepStrictEqual(yield* runs.get(runId("r1")), expected)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("says which run it does not know", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Runs.use((runs) => runs.get(runId("r9"))))
      assert.deepStrictEqual(error.message, "There is no run r9.")
    }).pipe(Effect.provide(fresh))
  )

  it.effect("allows one live run of a channel at a time", () =>
    Effect.gen(function* () {
      const runs = yield* Runs
      yield* openRoom()
      yield* openRoom(other)
      yield* runs.insert(run("r1", { started_at: 3 }))
      assert.deepStrictEqual((yield* Effect.flip(runs.insert(run("r2"))))._tag, "StoreError")
      yield* runs.insert(run("r3", { channel_id: other, status: "waiting", started_at: 2 }))
      assert.deepStrictEqual((yield* runs.live(room))?.run_id, "r1")
      assert.deepStrictEqual(ids(yield* runs.allLive), ["r3", "r1"])
      yield* runs.patch(runId("r1"), { status: "stopped" })
      assert.deepStrictEqual(yield* runs.live(room), undefined)
      yield* runs.insert(run("r2"))
      assert.deepStrictEqual((yield* runs.live(room))?.run_id, "r2")
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lists the newest first, by channel, status and task", () =>
    Effect.gen(function* () {
      const runs = yield* Runs
      yield* openRoom()
      yield* openRoom(other)
      yield* runs.insert(run("r1", { status: "failed", started_at: 1 }))
      yield* runs.insert(run("r2", { status: "completed", started_at: 2, task_id: 4 }))
      yield* runs.insert(run("r3", { status: "failed", started_at: 3, channel_id: other }))
      assert.deepStrictEqual(ids(yield* runs.list({ limit: 2 })), ["r3", "r2"])
      assert.deepStrictEqual(ids(yield* runs.list({ limit: 9, channel_id: room })), ["r2", "r1"])
      assert.deepStrictEqual(ids(yield* runs.list({ limit: 9, status: "failed", channel_id: room })), ["r1"])
      assert.deepStrictEqual(ids(yield* runs.list({ limit: 9, task_id: 4 })), ["r2"])
    }).pipe(Effect.provide(fresh))
  )
})

describe("Processes", () => {
  it.effect("keeps a process until nothing of it runs, its cursor going on and its cost adding up", () =>
    Effect.gen(function* () {
      const processes = yield* Processes
      const second = process({ process_id: "89abcdef" as ProcessId, started_at: 0 })
      yield* processes.insert(process())
      yield* processes.insert(second)
      assert.deepStrictEqual(yield* processes.list, [second, process()])
      yield* processes.advance(processId, { cursor: "c1", at: 10, costUsd: 0.25, session_id: "s1" as SessionId })
      yield* processes.advance(processId, { cursor: "c2", at: 20, costUsd: 0.5 })
      const expected = { cursor: "c2", cursor_at: 20, cost_total: 0.75, session_id: "s1" as SessionId }
      assert.deepStrictEqual(yield* processes.get(processId), process(expected))
      yield* processes.remove(processId)
      assert.deepStrictEqual([yield* processes.get(processId), yield* processes.list], [undefined, [second]])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("forgets with a process what it asked outside of runs, and nothing else", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      yield* openRoom()
      yield* Runs.use((runs) => runs.insert(run("r1")))
      yield* Processes.use((processes) => processes.insert(process()))
      yield* requests.meet(request("q1"))
      yield* requests.meet(request("q2", { run_id: runId("r1") }))
      yield* requests.answer(processId, "q1", { _tag: "Deny", message: "no" })
      yield* requests.answer(processId, "q2", { _tag: "Deny", message: "no" })
      yield* Processes.use((processes) => processes.remove(processId))
      assert.isNull((yield* requests.meet(request("q1"))).answer)
      assert.isNotNull((yield* requests.meet(request("q2"))).answer)
    }).pipe(Effect.provide(fresh))
  )
})
