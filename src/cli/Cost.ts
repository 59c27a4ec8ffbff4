/** `loop cost`: what model calls have cost, and what the budgets leave. */
import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { ask, json, printJson } from "./Ask.ts"
import { printTable } from "./Table.ts"

const Row = Schema.Struct({
  key: Schema.String,
  cost_usd: Schema.Finite,
  runs: Schema.Int,
  estimated: Schema.Boolean,
  usage: Schema.Struct({
    input_tokens: Schema.Int,
    output_tokens: Schema.Int,
    cache_read_tokens: Schema.Int,
    cache_write_tokens: Schema.Int
  })
})

const Limit = Schema.Struct({
  level: Schema.String,
  scope: Schema.String,
  limit_usd: Schema.Finite,
  spent_usd: Schema.Finite,
  left_usd: Schema.Finite,
  resets_at: Schema.NullOr(Schema.String)
})

const dollars = (usd: number): string => `$${usd.toFixed(4)}`

export const cost = Command.make(
  "cost",
  {
    by: Flag.Literals("by", ["day", "channel", "task", "model"]).pipe(
      Flag.withDescription("What it is added up by"),
      Flag.withDefault("day" as const)
    ),
    from: Flag.String("from").pipe(Flag.withDescription("From this instant or day on"), Flag.optional),
    to: Flag.String("to").pipe(Flag.withDescription("Before this instant or day"), Flag.optional),
    channel: Flag.String("channel").pipe(
      Flag.withAlias("c"),
      Flag.withDescription("Of one channel and its threads"),
      Flag.optional
    ),
    json
  },
  Effect.fnUntraced(function* ({ by, channel, from, json, to }) {
    const of = Option.isSome(channel) && { channel_id: channel.value }
    const { raw, value } = yield* ask("GET /api/spend", Schema.Array(Row), {
      query: {
        group: by,
        ...of,
        ...(Option.isSome(from) && { from: from.value }),
        ...(Option.isSome(to) && { to: to.value })
      }
    })
    if (json) return yield* printJson(raw)
    yield* printTable(
      [by.toUpperCase(), "COST", "RUNS", "READ", "WRITTEN"],
      value.map(({ cost_usd, estimated, key, runs, usage }) => [
        key === "" ? "-" : key,
        `${estimated ? "~" : ""}${dollars(cost_usd)}`,
        String(runs),
        String(usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens),
        String(usage.output_tokens)
      ])
    )
    const limits = yield* ask("GET /api/budget", Schema.Array(Limit), { query: { ...of } })
    if (limits.value.length === 0) return
    yield* Console.log("")
    yield* printTable(
      ["BUDGET", "OF", "LIMIT", "SPENT", "LEFT", "ANEW"],
      limits.value.map(({ left_usd, level, limit_usd, resets_at, scope, spent_usd }) => [
        level,
        scope === "*" ? "all channels" : scope,
        dollars(limit_usd),
        dollars(spent_usd),
        dollars(left_usd),
        resets_at ?? "-"
      ])
    )
  })
).pipe(Command.withDescription("Show what was spent, this month unless told, and what the budgets leave"))
