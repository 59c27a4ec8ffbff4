/** What is said about spending: what was used up, what is left, what an owner allowed. */
import * as ButtonIds from "../chat/ButtonIds.ts"
import type { Button } from "../chat/Words.ts"
import type { AskId } from "../Ids.ts"
import { summary } from "../Text.ts"
import { allowed, canBeRaised, everywhere, keyOf, type Level, type Limit, type Standing, stepOf } from "./Limits.ts"

/** `$12.30`, and more places where there are less than ten cents. */
export const dollars = (usd: number): string => `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`

const whose = ({ level, scope, task_id }: Limit): string => {
  const here = scope === everywhere ? "" : " in this channel"
  switch (level) {
    case "run":
      return "for a run"
    case "task":
      return `for task ${task_id} today${here}`
    case "day":
      return `for today${here}`
    case "month":
      return `for this month${here}`
  }
}

const key = ({ level, scope }: Limit): string =>
  scope === everywhere ? `${keyOf(level)}` : `${keyOf(level)} of the channel`

const used = (standing: Standing): string =>
  `${dollars(standing.spent)} of the ${dollars(allowed(standing))} ${whose(standing)} are spent (${key(standing)})`

const next = (limit: Limit): string =>
  canBeRaised(limit) ? "An owner can allow more; then write again to go on." : "Write again to go on with a new run."

/** A run was ended by it. What it had written is kept. */
export const stopped = (standing: Standing): string => `Stopped by the budget: ${used(standing)}. ${next(standing)}`

/** A run did not begin for it. */
export const refused = (standing: Standing): string =>
  `Not begun, by the budget: ${used(standing)}. An owner can allow more; then send it again.`

export const near = (standing: Standing): string =>
  `The budget is nearly used up: ${used(standing)}. At the limit what runs is stopped.`

const span: Readonly<Record<Level, string>> = { run: "", task: "today", day: "today", month: "this month" }

export const buttons = (ask: AskId, limit: Limit): ReadonlyArray<ReadonlyArray<Button>> => [
  [
    {
      id: ButtonIds.raise(ask),
      label: `Allow ${dollars(stepOf(limit))} more ${span[limit.level]}`,
      style: "primary"
    }
  ]
]

export const raised = (level: Level, amount: number, by: string | null): string =>
  `${dollars(amount)} more may be spent ${span[level]}${by === null ? "" : ` (${summary(by, 60).replaceAll("**", "")})`}. Write again to go on.`

export const askGone = "That question is no longer there."

export const alreadyRaised = "That was allowed already."

export const over = "That was about a time that is over: nothing has to be allowed for it."

export const notByAgents = "An agent cannot allow itself more money: an owner has to."

export const notInThreads = "A thread spends what its channel may: set the budget there."

/** A clock of the zone, such as `15:30 on 2031-05-04 (Europe/Berlin)`. `local`: what the zone's clock shows, as if it were UTC. */
export const clock = (local: number, zone: string): string => {
  const text = new Date(local).toISOString()
  return `${text.slice(11, 16)} on ${text.slice(0, 10)} (${zone})`
}

export const parked = (until: string): string =>
  `The model API's usage limit is reached until ${until}. This channel waits until then and goes on by itself with what it was asked; \`/loop queue when:now\` goes on at once, and fallback_model in config.json would have gone on with another model.`

export const fellBack = (until: string, model: string): string =>
  `The model API's usage limit is reached until ${until}; until then the work goes on with ${model} (fallback_model).`

export const waits = (until: string): string =>
  `It waits for the model API's usage limit until ${until}; \`/loop queue when:now\` goes on at once.`

export const unparked = "It goes on now."

export const notParked = "It waits for no usage limit."

export const repeated = (tool: string, times: number): string =>
  `Stopped because the agent called ${tool} ${times} times in a row with the same input and the same result (repeated_call_limit). Tell it what to do differently, then it goes on.`
