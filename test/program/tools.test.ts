/** Loop's own tools, called by the real agent in its box. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const mcp = (name: string, args: object = {}) => `mcp: ${name} ${JSON.stringify(args)}`

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("An agent's tools", (it) => {
  it.effect("schedule work in its own channel alone, and see what became of it", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const draft = { type: "cron", schedule: "0 9 * * mon", timezone: "Asia/Tokyo", prompt: "say: the work is done" }
      const [answer = ""] = (yield* channel.ask(mcp("schedule_task", draft))).said
      const id = /Task (\d+) is scheduled\. It runs next at \S+ 09:00 Asia\/Tokyo/.exec(answer)?.[1]
      assert.isDefined(id, answer)
      const [listed] = (yield* channel.ask(mcp("list_tasks"))).said
      assert.include(listed, `- ID ${id}: say: the work is done (schedule: 0 9 * * mon, type: cron, enabled: true)`)

      const elsewhere = yield* Talk.newChannel()
      const [foreign] = (yield* elsewhere.ask(mcp("cancel_task", { task_id: Number(id) }))).said
      assert.include(foreign, `There is no task ${id} in this channel.`)

      assert.strictEqual((yield* Talk.call("POST", `/api/tasks/${id}/run`)).status, 202)
      const [run] = yield* Talk.eventually(
        Effect.map(Talk.get(`/api/runs?task_id=${id}`), (all) => all as ReadonlyArray<Talk.RunSeen>),
        (all) => all[0]?.status === "completed"
      )
      assert.strictEqual(run?.result, "the work is done")
      const [shown] = (yield* channel.ask(mcp("show_run", { run_id: run?.run_id }))).said
      assert.include(shown, "Result: the work is done")
    })
  )

  it.effect("ask a person and wait for the answer", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const message = yield* channel.post(mcp("ask_user", { question: "Which colour?", options: ["Red", "Blue"] }))
      const { data } = yield* page.hears("approval.requested")
      assert.deepInclude(data["request"], {
        _tag: "Question",
        questions: [{ question: "Which colour?", options: ["Red", "Blue"], multiple: false }]
      })
      yield* Talk.eventually(channel.runs, (runs) => runs.at(-1)?.status === "waiting")
      const decided = yield* Talk.call("POST", `/api/approvals/${String(data["approval_id"])}`, {
        decision: "allow",
        message: "Green, please"
      })
      assert.strictEqual(decided.status, 200)
      assert.strictEqual((yield* channel.settled(message)).state, "replied")
      assert.deepStrictEqual(yield* channel.said, ["The tool said: Green, please"])
    })
  )

  it.effect("are told that nobody answered, and go on", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const message = yield* channel.post(mcp("ask_user", { question: "Which colour?" }))
      const { data } = yield* page.hears("approval.requested")
      yield* Talk.call("POST", `/api/approvals/${String(data["approval_id"])}`, {
        decision: "deny",
        message: "Not now."
      })
      assert.strictEqual((yield* channel.settled(message)).state, "replied")
      assert.include((yield* channel.said)[0], "Not now. Go on without the answer")
    })
  )

  it.effect("still have their answer when the server was killed while they waited", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const message = yield* channel.post(mcp("ask_user", { question: "Which colour?" }))
      const { data } = yield* page.hears("approval.requested")
      yield* Talk.eventually(channel.runs, (runs) => runs.at(-1)?.status === "waiting")
      yield* program.kill
      yield* program.start()
      const answer = { decision: "allow", message: "Blue" }
      assert.strictEqual(
        (yield* Talk.call("POST", `/api/approvals/${String(data["approval_id"])}`, answer)).status,
        200
      )
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, ["The tool said: Blue"])
    })
  )
})
