/** What was spent, what the budgets leave, and what an owner allows beyond them. */
import { Clock, Effect, Schema } from "effect"
import { allowed, left, Level, type Standing } from "../domain/budget/Limits.ts"
import { monthOf } from "../domain/budget/Period.ts"
import { AskId } from "../domain/Ids.ts"
import { Usage } from "../domain/Run.ts"
import { instant } from "../domain/Views.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Budget } from "../services/Budget.ts"
import { Conversations } from "../services/Conversations.ts"
import { Settings } from "../services/Settings.ts"
import { SpendingReports } from "../services/SpendingReports.ts"
import { findChannel } from "./Channels.ts"
import { invalidField } from "./Problem.ts"
import { route } from "./Route.ts"
import { Instant } from "./Shapes.ts"

const SpendRow = Schema.Struct({
  key: Schema.String.annotate({
    description:
      "The day (`2031-05-04`), the channel's id, the task's number, the model; empty for what belongs to none"
  }),
  cost_usd: Schema.Finite,
  usage: Usage,
  runs: Schema.Int,
  estimated: Schema.Boolean.annotate({ description: "Prices or tokens of a part are not known exactly" })
}).annotate({ identifier: "SpendRow" })

const LimitShape = Schema.Struct({
  level: Level,
  scope: Schema.String.annotate({ description: "`*`, or the channel that set it" }),
  limit_usd: Schema.Finite.annotate({ description: "With what was allowed beyond it" }),
  raised_usd: Schema.Finite,
  spent_usd: Schema.Finite,
  left_usd: Schema.Finite,
  resets_at: Schema.NullOr(Instant)
}).annotate({ identifier: "BudgetLimit" })

const shown = (standing: Standing): typeof LimitShape.Type => ({
  level: standing.level,
  scope: standing.scope,
  limit_usd: allowed(standing),
  raised_usd: standing.raised,
  spent_usd: standing.spent,
  left_usd: left(standing),
  resets_at: standing.until === null ? null : instant(standing.until)
})

const at = Effect.fnUntraced(function* (field: string, text: string | undefined, otherwise: number) {
  const value = text === undefined ? otherwise : Date.parse(text)
  return Number.isNaN(value) ? yield* invalidField(field, "is an RFC 3339 instant or a date") : value
})

const Moment = Schema.NonEmptyString.annotate({ description: "An instant, or a date in UTC" })

const spend = route(
  "GET",
  "/api/spend",
  {
    summary: "What model calls have cost in the channels that the token may read, added up",
    query: Schema.Struct({
      from: Schema.optionalKey(Moment),
      to: Schema.optionalKey(Moment),
      group: Schema.optionalKey(Schema.Literals(["day", "channel", "task", "model"])),
      channel_id: Schema.optionalKey(Schema.NonEmptyString)
    }),
    answer: {
      status: 200,
      description:
        "Days in order, the rest by cost; from the month's start (inclusive) until now (exclusive) unless told",
      schema: Schema.Array(SpendRow)
    },
    problems: [404]
  },
  function* ({ query: { channel_id, from, group = "day", to }, subject }) {
    const channel = channel_id === undefined ? undefined : yield* findChannel(subject, channel_id)
    const open = yield* Authorizer.use((all) => all.readable(subject))
    const { timezone } = yield* Settings.use((settings) => settings.current)
    const now = yield* Clock.currentTimeMillis
    const filter = {
      from: yield* at("from", from, monthOf(timezone, now).start),
      to: yield* at("to", to, now + 1),
      ...(channel !== undefined && { root: channel.parent_id ?? channel.channel_id }),
      ...(open !== "*" && { channels: open })
    }
    return yield* SpendingReports.use((reports) => reports.grouped(group, filter, timezone))
  }
)

const budget = route(
  "GET",
  "/api/budget",
  {
    summary: "The budgets of days and months: limits, what is spent and what is left; of a channel with its own",
    query: Schema.Struct({ channel_id: Schema.optionalKey(Schema.NonEmptyString) }),
    answer: { status: 200, description: "The limits; none where none is set", schema: Schema.Array(LimitShape) },
    problems: [404]
  },
  function* ({ query: { channel_id }, subject }) {
    const channel = channel_id === undefined ? undefined : yield* findChannel(subject, channel_id)
    if (channel === undefined) yield* Authorizer.use((all) => all.authorize(subject, "read", "*"))
    const root = channel === undefined ? null : (channel.parent_id ?? channel.channel_id)
    return (yield* Budget.use((all) => all.standings(root))).map(shown)
  }
)

const raise = route(
  "POST",
  "/api/budget/{id}",
  {
    summary: "Allows as much more as a button asks for (`raise:<id>`). For owners of the channel or the installation",
    answer: { status: 200, description: "Allowed", schema: Schema.Struct({ text: Schema.String }) },
    problems: [404, 409]
  },
  function* ({ params, subject }) {
    const id = AskId.make(params["id"] ?? "")
    return { text: yield* Conversations.use((all) => all.raiseBudget(subject, id)) }
  }
)

export const spendingRoutes = [spend, budget, raise]
