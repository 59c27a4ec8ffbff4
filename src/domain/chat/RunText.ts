/** Runs as chat commands show them. */
import { isLive, type Run } from "../Run.ts"
import { summary } from "../Text.ts"

/** `45s`, `3m 5s`, `2h 10m`. */
export const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`
}

const took = (run: Run, now: number): string =>
  `${isLive(run.status) ? "for" : "after"} ${duration((run.ended_at ?? now) - run.started_at)}`

const cost = ({ cost_usd }: Run): string => (cost_usd > 0 ? `, $${cost_usd.toFixed(cost_usd < 0.1 ? 4 : 2)}` : "")

/** What the run was begun for: the last line of its prompt. */
const about = (run: Run): string => summary(run.prompt.slice(run.prompt.lastIndexOf("\n") + 1), 60)

export const entry = (run: Run, now: number): string =>
  `- \`${run.run_id}\` ${run.status.replace("_", " ")} ${took(run, now)}${cost(run)} – ${about(run)}`

export const list = (runs: ReadonlyArray<Run>, now: number): string =>
  runs.length === 0
    ? "Nothing has run here yet."
    : ["The last runs here:", ...runs.map((run) => entry(run, now))].join("\n")

export const detail = (run: Run, now: number, share?: string): string => {
  const { cache_read_tokens, input_tokens, output_tokens } = run.usage
  return [
    `**Run** \`${run.run_id}\``,
    `Status: ${run.status.replace("_", " ")} ${took(run, now)}${run.attempt > 1 ? ` (attempt ${run.attempt})` : ""}`,
    `Begun for: ${run.task_id === null ? "a message" : `task ${run.task_id}`}`,
    ...(run.reason === null ? [] : [`Reason: ${run.reason}`]),
    `Tokens: ${input_tokens} in, ${output_tokens} out, ${cache_read_tokens} from the cache; turns: ${run.turns}${cost(run)}`,
    ...(share === undefined ? [] : [`Its part: ${share}`]),
    "",
    "**Prompt**",
    summary(run.prompt, 500),
    ...(run.result === null ? [] : ["", "**Answer**", summary(run.result, 800)])
  ].join("\n")
}
