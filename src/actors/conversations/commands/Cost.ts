/** What was spent, and going on in spite of a usage limit. */
import { Clock, Effect } from "effect"
import * as CostText from "../../../domain/budget/CostText.ts"
import { dayOf, monthOf } from "../../../domain/budget/Period.ts"
import { ChannelId } from "../../../domain/Ids.ts"
import type { GroupBy, SpendingRow } from "../../../services/SpendingReports.ts"
import { permitted } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

const sum = (rows: ReadonlyArray<SpendingRow>) => rows.reduce((all, { cost_usd }) => all + cost_usd, 0)

const nameOf = Effect.fnUntraced(function* ({ shared }: Given, by: GroupBy, key: string) {
  switch (by) {
    case "channel": {
      const row = yield* Effect.option(shared.channels.get(ChannelId.make(key)))
      return row._tag === "Some" && row.value.name !== "" ? row.value.name : key
    }
    case "task":
      return key === "" ? "no task" : `task ${key}`
    case "model":
      return key === "" ? "a model that was not noted" : key
    case "day":
      return key
  }
})

/** Of everything for those who may read everything, of the channel with its threads for others. */
const cost = Effect.fnUntraced(function* (given: Given) {
  const { id, options, shared, subject } = given
  const channel = yield* permitted(shared, subject, "read", id)
  const root = channel.parent_id ?? id
  const all = (yield* shared.authorizer.readable(subject)) === "*"
  // The catalogue has checked that it is one of them.
  const by = (options["by"] ?? (all ? "channel" : "model")) as GroupBy
  const { timezone } = yield* shared.settings.current
  const now = yield* Clock.currentTimeMillis
  const filter = { to: now + 1, ...(!all && { root }) }
  const month = yield* shared.reports.grouped(by, { ...filter, from: monthOf(timezone, now).start }, timezone)
  const today = yield* shared.reports.grouped(by, { ...filter, from: dayOf(timezone, now).start }, timezone)
  const lines = yield* Effect.forEach(month, (row) =>
    Effect.map(nameOf(given, by, row.key), (name) => ({ ...row, name }))
  )
  const standings = yield* shared.budget.standings(root)
  const where = all ? "in all channels" : "in this channel"
  const text = CostText.costs({ where, today: sum(today), month: sum(month), by, lines, standings })
  // Who reads along here may have no role elsewhere.
  return { text, ...(all && { private: true }) }
})

export const commands: Commands = { cost }
