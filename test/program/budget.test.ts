/** A runaway in a real box: the real CLI calls the model again and again, until the budget lets no call through. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** Less than one answer of the scripted model costs, at any model's price: the second call is one too many. */
const limit = 0.000001

layer(Program.layer({ sandbox: "docker", budget: { per_run_usd: limit } }), {
  timeout: "3 minutes",
  excludeTestServices: true
})("A server with a budget", (it) => {
  it.effect("stops a real agent within one model call of it, and says why", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const { said } = yield* channel.ask("tool: bash echo hello")
      const [run] = yield* channel.runs
      assert.strictEqual(run?.status, "stopped")
      const { json: full } = yield* Talk.call("GET", `/api/runs/${run?.run_id}`)
      assert.match(String((full as { reason: string }).reason), /^Stopped by the budget: .* for a run are spent/)
      const { json } = yield* Talk.call("GET", "/api/spend?group=model")
      const rows = json as ReadonlyArray<{ readonly cost_usd: number; readonly usage: { input_tokens: number } }>
      const spent = rows.reduce((sum, { cost_usd }) => sum + cost_usd, 0)
      assert.isAtLeast(spent, limit)
      // The tool was used, and the model never heard of it.
      const events = (yield* Talk.call("GET", `/api/runs/${run?.run_id}/events`)).json
      assert.include(JSON.stringify(events), "run.tool")
      assert.notInclude(said.join(), "The tool said")
    })
  )
})
