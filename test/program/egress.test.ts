/** A box asks for a host that is not listed: one line to the agent, one question to the channel, and the answer holds at once. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** A name that no resolver knows, so that nothing ever leaves this machine. */
const HOST = "nobody.invalid-host.example"
const fetch = `tool: bash curl -s http://${HOST}/`

const egressOf = Effect.fnUntraced(function* (run: string) {
  const { json } = yield* Talk.call("GET", `/api/runs/${run}/events`)
  const all = json as ReadonlyArray<{ readonly type: string; readonly data: Readonly<Record<string, unknown>> }>
  return all.filter(({ type }) => type === "run.egress").map(({ data }) => data)
})

for (const sandbox of ["docker", "bubblewrap"]) {
  layer(Program.layer({ sandbox }), { timeout: "3 minutes", excludeTestServices: true })(
    `A server with ${sandbox} boxes`,
    (it) => {
      it.effect("refuses a host that is not listed, asks the channel, and lets it through when it is allowed", () =>
        Effect.gen(function* () {
          const channel = yield* Talk.newChannel()
          const { said } = yield* channel.ask(fetch)
          const words = `Loop: ${HOST}:80 is not on this channel's list of hosts; the people in the channel were asked to allow it`
          assert.deepStrictEqual(said, [`The tool said: ${words}`])
          // Beside the run's own answer.
          yield* Talk.eventually(channel.said, (all) => all.some((text) => text.includes(`reach \`${HOST}:80\``)))

          const [first] = yield* channel.runs
          const told = yield* egressOf(first?.run_id ?? "")
          assert.deepInclude(told[0], { host: HOST, port: 80, decision: "refused", reason: "not_listed" })
          const ask = told.find(({ decision }) => decision === "asked")?.["ask_id"]
          const allowed = yield* Talk.call("POST", `/api/hosts/${String(ask)}`, { decision: "channel" })
          assert.strictEqual(allowed.status, 200)
          assert.strictEqual((yield* Talk.call("POST", `/api/hosts/${String(ask)}`, { decision: "once" })).status, 409)

          // The same process: nothing was started anew for it.
          const again = yield* channel.ask(fetch)
          assert.match(again.said.join("\n"), /refused because there is no such host|is allowed but does not answer/)
          const [, second] = yield* channel.runs
          assert.strictEqual(second?.session_id, first?.session_id)
        })
      )
    }
  )
}
