/** What is played for the pictures: a team that works on a shop, with an agent in each channel. */
import { Effect } from "effect"
import { ApprovalId, AskId, ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import type { Run } from "../../src/domain/Run.ts"
import { Channels } from "../../src/services/Channels.ts"
import { EgressAsks } from "../../src/services/EgressAsks.ts"
import { Journal } from "../../src/services/Journal.ts"
import { Messages } from "../../src/services/Messages.ts"
import { PermissionRules } from "../../src/services/PermissionRules.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Api } from "../../test/support/Api.ts"
import { begin } from "../../test/support/PlayedAgent.ts"
import { runs, spend, tasks } from "./past.ts"

export interface Played {
  readonly main: string
  readonly asking: string
  /** A run that has ended. */
  readonly run: string
  readonly task: number
}

const channel = Effect.fnUntraced(function* (name: string, dir_path?: string, parent?: ChannelId) {
  const id = ChannelId.make(`local:${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`)
  yield* Channels.use((all) =>
    all.upsert({
      channel_id: id,
      platform: "local",
      name,
      ...(dir_path !== undefined && { dir_path }),
      ...(parent !== undefined && { parent_id: parent })
    })
  )
  return id
})

const say = Effect.fnUntraced(function* (id: ChannelId, content: string) {
  const api = yield* Api
  yield* api.call("POST", `/api/channels/${id}/messages`, { content })
  const queued = yield* Messages.use((all) => all.queued(id))
  return queued.map(({ message_id }) => message_id).slice(0, 1)
})

const usage = { input_tokens: 812, output_tokens: 1904, cache_read_tokens: 41_200, cache_write_tokens: 3100 }

/** A run as it ends, with what it took. */
const finish = Effect.fnUntraced(function* (played: Begun, cost_usd: number, duration_ms: number, ago_ms = 0) {
  yield* played.end("completed")
  const { run_id } = played.run
  const ended_at = Date.now() - ago_ms
  const started_at = ended_at - duration_ms
  yield* Runs.use((all) => all.patch(run_id, { cost_usd, usage, started_at, ended_at }))
  yield* played.tell("run.ended", { status: "completed", cost_usd, usage, duration_ms })
})

type Begun = Effect.Success<ReturnType<typeof begin>>

/** `ago`: seconds before now at which it was called. */
const tool = (
  { run: { channel_id, run_id } }: Begun,
  tool_use_id: string,
  name: string,
  input: Record<string, string>,
  output: string,
  duration_ms: number,
  ago = 1
) =>
  Effect.gen(function* () {
    const at = Date.now() - ago * 1000
    const input_summary = JSON.stringify(input)
    const called = { tool_use_id, name, state: "started", input_summary, input }
    const answered = { tool_use_id, name: "", state: "succeeded", output_summary: output, output, duration_ms }
    const event = { type: "run.tool" as const, channel_id, run_id }
    yield* Journal.use((journal) =>
      journal.append([
        { ...event, at, data: called },
        { ...event, at: at + duration_ms, data: answered }
      ])
    )
  })

/** A host that the run was refused, and that people were asked about. */
const asked = Effect.fnUntraced(function* ({ channel_id, run_id, started_at }: Run, host: string) {
  const ask_id = AskId.make(`ask-${host}`)
  const place = { host, port: 443 }
  yield* EgressAsks.use((asks) => asks.ask({ ask_id, channel_id, run_id, ...place, asked_at: started_at }))
  const event = { type: "run.egress" as const, at: Date.now(), channel_id, run_id }
  yield* Journal.use((journal) =>
    journal.append([
      { ...event, data: { ...place, decision: "refused", reason: "not_listed" } },
      { ...event, data: { ...place, decision: "asked", ask_id } }
    ])
  )
})

const ask = (run: Run, id: string) =>
  Requests.use((all) =>
    all.ask({
      approval_id: ApprovalId.make(id),
      channel_id: run.channel_id,
      run_id: run.run_id,
      process_id: ProcessId.make("0123abcd"),
      request_id: id,
      request: {
        _tag: "Permission",
        toolUseId: "p",
        tool: "Bash",
        input: { command: "npm run deploy -- --stage production" }
      },
      created_at: run.started_at,
      expires_at: run.started_at + 900_000,
      cwd: "/work/site"
    })
  )

const rounding = `The checkout rounded each line before it summed them, so three articles at 0.335 € came to **1.02 €** instead of **1.01 €**. It now sums first and rounds once:

\`\`\`ts
export const total = (lines: ReadonlyArray<Line>): Cents =>
  Math.round(lines.reduce((sum, { price, count }) => sum + price * count, 0))
\`\`\`

| Cart | before | now |
|---|---|---|
| 3 × 0.335 € | 1.02 € | 1.01 € |
| 7 × 1.115 € | 7.84 € | 7.81 € |

All 214 tests pass; I added two for the sums above.`

export const play = Effect.gen(function* () {
  const shop = yield* channel("shop", "/home/ada/projects/shop")
  yield* Channels.use((all) =>
    all.patch(shop, { settings: { network: { allow: ["bundle:docs", "api.stripe.com"], host_services: ["5432"] } } })
  )
  yield* PermissionRules.use((rules) =>
    rules.add({
      rule_id: "aaaaaaaa",
      channel_id: shop,
      rule: { tool: "Bash", kind: "command", value: "git push origin HEAD" },
      approval_id: ApprovalId.make("pushed"),
      made_at: Date.now() - 3 * 86_400_000,
      made_by: "Ada"
    })
  )
  const errors = yield* channel("errors", "/home/ada/projects/shop")
  const infra = yield* channel("infrastructure", "/home/ada/projects/infra")
  const docs = yield* channel("docs", "/home/ada/projects/docs")
  yield* channel("research")
  yield* channel("Why carts round twice", undefined, shop)
  const asking = yield* channel("Deploy on Friday", undefined, infra)

  const rooms = { docs, errors, infra, shop }
  const task = yield* tasks(rooms)
  yield* runs(rooms)
  yield* spend(rooms)

  const first = yield* begin(
    "run-1",
    shop,
    yield* say(shop, "The cart total is one cent off for some customers. Can you find out why, and mend it?")
  )
  yield* first.tell("run.thinking", { text: "The total is computed in two places; look for the rounding." })
  yield* tool(
    first,
    "t1",
    "Grep",
    { pattern: "Math.round", path: "src/checkout" },
    "src/checkout/total.ts:12\nsrc/checkout/line.ts:31",
    900,
    44
  )
  yield* tool(first, "t2", "Read", { file_path: "src/checkout/total.ts" }, "export const total = …", 400, 40)
  const edit = {
    file_path: "src/checkout/line.ts",
    old_string: "Math.round(price * count)",
    new_string: "price * count"
  }
  yield* tool(first, "t3", "Edit", edit, "The file was changed.", 700, 31)
  yield* tool(first, "t4", "Bash", { command: "npm ci" }, "added 412 packages", 9100, 29)
  yield* first.tell("run.egress", { host: "registry.npmjs.org", port: 443, decision: "allowed" })
  yield* first.tell("run.egress", {
    host: "registry.npmjs.org",
    port: 443,
    decision: "allowed",
    times: 38,
    bytes: 21_400_000
  })
  yield* asked(first.run, "telemetry.vitejs.dev")
  yield* tool(first, "t5", "Bash", { command: "npm test" }, "214 passed", 8400, 18)
  yield* tool(first, "t6", "Edit", { ...edit, file_path: "src/checkout/total.ts" }, "The file was changed.", 650, 8)
  yield* tool(first, "t7", "Read", { file_path: "src/checkout/total.test.ts" }, "describe(…", 300, 6)
  yield* first.say(rounding)
  yield* finish(first, 0.1834, 48_200)

  const second = yield* begin(
    "run-2",
    shop,
    yield* say(
      shop,
      "Great. Please also write a line for the changelog, and look whether the invoices have the same mistake."
    )
  )
  yield* tool(second, "u1", "Read", { file_path: "CHANGELOG.md" }, "# Changelog", 10)
  yield* second.tell("run.tool", {
    tool_use_id: "u2",
    name: "Bash",
    state: "started",
    input_summary: '{"command":"grep -rn \\"round\\" src/invoices"}',
    input: { command: 'grep -rn "round" src/invoices' }
  })
  yield* say(shop, "And tell me which releases had it")
  yield* say(shop, "Then open a pull request, please")
  yield* second.write(
    "The invoices are computed from the stored totals, so they **had the same cent**. I am looking at how many"
  )

  const third = yield* begin("run-3", asking, yield* say(asking, "The release is tagged. Bring it to production."))
  yield* tool(third, "d1", "Bash", { command: "git describe --tags" }, "v2.14.0", 20)
  yield* third.say("v2.14.0 is tagged and its checks are green. I would now deploy it.", "mid")
  yield* ask(third.run, "deploy")
  yield* Runs.use((all) => all.patch(third.run.run_id, { status: "waiting" }))

  yield* Messages.use((all) =>
    all.say({ channel_id: docs, run_id: null, key: "d", content: "The API guide is up to date." })
  )
  const played: Played = { main: shop, asking, run: "run-1", task }
  return played
})
