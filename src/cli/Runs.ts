/** `loop runs` and `loop run <id>`: the work on messages. */
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RunStatus, Usage } from "../domain/Run.ts"
import { printableLine } from "../domain/Printable.ts"
import { ask, json, printJson } from "./Ask.ts"
import { follow as followRun } from "./Follow.ts"
import { printTable } from "./Table.ts"

const Run = Schema.Struct({
  run_id: Schema.String,
  channel_id: Schema.String,
  status: RunStatus,
  reason: Schema.optionalKey(Schema.String),
  attempt: Schema.Int,
  session_id: Schema.NullOr(Schema.String),
  started_at: Schema.String,
  ended_at: Schema.NullOr(Schema.String),
  cost_usd: Schema.Finite,
  usage: Usage,
  turns: Schema.Int,
  result: Schema.optionalKey(Schema.String)
})

const head = ["STARTED", "STATUS", "COST", "RUN", "CHANNEL", "REASON"]

const row = (run: typeof Run.Type): ReadonlyArray<string> => [
  run.started_at.slice(0, 19).replace("T", " "),
  run.status,
  `$${run.cost_usd.toFixed(4)}`,
  run.run_id,
  run.channel_id,
  run.reason ?? ""
]

export const runs = Command.make(
  "runs",
  {
    channel: Flag.String("channel").pipe(Flag.withAlias("c"), Flag.withDescription("Of one channel"), Flag.optional),
    status: Flag.Literals("status", RunStatus.literals).pipe(Flag.withDescription("In one state"), Flag.optional),
    limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many"), Flag.withDefault(20)),
    json
  },
  Effect.fnUntraced(function* ({ channel, json, limit, status }) {
    const { raw, value } = yield* ask("GET /api/runs", Schema.Array(Run), {
      query: {
        limit,
        ...(Option.isSome(channel) && { channel_id: channel.value }),
        ...(Option.isSome(status) && { status: status.value })
      }
    })
    if (json) return yield* printJson(raw)
    yield* printTable(head, value.map(row))
  })
).pipe(Command.withDescription("List runs, newest first"))

export const run = Command.make(
  "run",
  {
    id: Argument.String("id").pipe(Argument.withDescription("The run's id")),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Print what it does from its beginning on, until it has ended"),
      Flag.withDefault(false)
    ),
    json
  },
  Effect.fnUntraced(function* ({ follow, id, json }) {
    if (follow) yield* followRun(id, json)
    const { raw, value } = yield* ask("GET /api/runs/{id}", Run, { path: { id } })
    if (json) return yield* printJson(raw)
    const { usage } = value
    const rows: ReadonlyArray<readonly [string, string]> = [
      ["run", value.run_id],
      ["channel", value.channel_id],
      ["status", value.reason === undefined ? value.status : `${value.status}: ${value.reason}`],
      ["attempt", String(value.attempt)],
      ["session", value.session_id ?? ""],
      ["started", value.started_at],
      ["ended", value.ended_at ?? ""],
      ["turns", String(value.turns)],
      ["cost", `$${value.cost_usd.toFixed(4)}`],
      ["tokens", `${usage.input_tokens} in, ${usage.output_tokens} out, ${usage.cache_read_tokens} from cache`]
    ]
    yield* Effect.forEach(rows, ([name, text]) => Console.log(`${name.padEnd(8)} ${printableLine(text)}`.trimEnd()))
    if (value.result !== undefined && !follow) yield* Console.log(`\n${value.result}`)
  })
).pipe(Command.withDescription("Show a run"))
