/** What was spent, as the chat command shows it. */
import { allowed, everywhere, keyOf, left, type Standing } from "./Limits.ts"
import { dollars } from "./Words.ts"

/** `name`: as people know it. */
export interface CostLine {
  readonly name: string
  readonly cost_usd: number
  readonly runs: number
  readonly estimated: boolean
}

/** Lines of one list; what is more is added up in the last one. */
const most = 10

const total = (lines: ReadonlyArray<CostLine>): number => lines.reduce((sum, { cost_usd }) => sum + cost_usd, 0)

const runs = (count: number): string => (count === 1 ? "1 run" : `${count} runs`)

const line = ({ cost_usd, name, runs: count, estimated }: CostLine): string =>
  `- ${name}: ${estimated ? "about " : ""}${dollars(cost_usd)}, ${runs(count)}`

const limit = (standing: Standing): string =>
  `- ${keyOf(standing.level)}${standing.scope === everywhere ? "" : " of the channel"}: ${dollars(standing.spent)} of ${dollars(allowed(standing))}, ${dollars(left(standing))} left`

export const costs = (facts: {
  readonly where: string
  readonly today: number
  readonly month: number
  readonly by: string
  readonly lines: ReadonlyArray<CostLine>
  readonly standings: ReadonlyArray<Standing>
}): string => {
  const { by, lines, month, standings, today, where } = facts
  const rest = lines.slice(most)
  return [
    `Spent ${where}: ${dollars(today)} today, ${dollars(month)} this month.`,
    ...(lines.length === 0 ? [] : [`This month by ${by}:`, ...lines.slice(0, most).map(line)]),
    ...(rest.length === 0 ? [] : [`- ${rest.length} more: ${dollars(total(rest))}`]),
    ...(lines.some(({ estimated }) => estimated)
      ? [
          "“About”: a model whose price is not known counts as the dearest one, and an answer that broke off by its length."
        ]
      : []),
    ...(standings.length === 0 ? ["No budget is set."] : ["Budgets:", ...standings.map(limit)])
  ].join("\n")
}

/** What a run's part is of its task's. */
export const ofTask = (run: number, task: number, task_id: number): string =>
  `${dollars(run)} of the ${dollars(task)} that task ${task_id} has spent today`
