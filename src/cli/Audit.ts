/** `loop audit`: who did what that not everybody may. */
import { Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { ask, json, printJson } from "./Ask.ts"
import { printTable } from "./Table.ts"

const Entry = Schema.Struct({
  at: Schema.String,
  actor: Schema.Struct({ kind: Schema.String, id: Schema.String, name: Schema.String }),
  via: Schema.String,
  action: Schema.String,
  target: Schema.String,
  channel_id: Schema.optionalKey(Schema.String),
  outcome: Schema.String
})

export const audit = Command.make(
  "audit",
  {
    channel: Flag.String("channel").pipe(
      Flag.withAlias("c"),
      Flag.withDescription("Of one channel and its threads"),
      Flag.optional
    ),
    since: Flag.String("since").pipe(
      Flag.withDescription("From this instant on, such as 2031-05-04T09:00:00Z"),
      Flag.optional
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many"), Flag.withDefault(50)),
    json
  },
  Effect.fnUntraced(function* ({ channel, json, limit, since }) {
    const query = {
      limit,
      ...(Option.isSome(channel) && { channel_id: channel.value }),
      ...(Option.isSome(since) && { since: since.value })
    }
    const { raw, value } = yield* ask("GET /api/audit", Schema.Array(Entry), { query })
    if (json) return yield* printJson(raw)
    yield* printTable(
      ["AT", "WHO", "VIA", "WHAT", "ON", "WHERE", "OUTCOME"],
      value.map(({ action, actor, at, channel_id = "-", outcome, target, via }) => [
        at,
        actor.name === "" ? actor.id : actor.name,
        via,
        action,
        target,
        channel_id,
        outcome
      ])
    )
  })
).pipe(Command.withDescription("Show who did what that not everybody may, newest first"))
