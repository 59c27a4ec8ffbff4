/** What is said of tasks and by them: reasons, the texts of their threads, and what their agents are told. */
import { fence } from "../Fence.ts"
import { spokenSeconds, summary } from "../Text.ts"
import type { Task } from "./Task.ts"

export const overlapped = "Its last run was still at work."

export const heldBack = (failures: number): string =>
  `It was held back after ${failures === 1 ? "a failure" : `${failures} failures in a row`}.`

/** `collapsed`: a later instant was run in its place. */
export const missed = (collapsed: boolean): string =>
  collapsed ? "Loop was not there in time, and a later instant was run instead." : "Loop was not there in time."

export const turnedOff = "The task was turned off before its turn came."
export const takenOut = "It was taken out of the queue."
export const nothingToDo = "The gate command found nothing to do."
export const gateTimedOut = (seconds: number): string =>
  `The gate command had not ended after ${spokenSeconds(seconds)}.`
export const gateFailed = (code: number | null, output: string): string => {
  const how = code === null ? "was ended by a signal" : `ended with code ${code}`
  return `The gate command ${how}${output.trim() === "" ? "." : `: ${summary(output, 300)}`}`
}
export const gateStopped = "Stopped during the gate command."

const ended = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)

/** Who a task's message is from. */
export const author = (id: number): string => `Task #${id}`

/** What is said in the channel when a task has failed. `until`: it is not run before that, in words. */
export const failed = (
  task: Pick<Task, "task_id">,
  failures: number,
  reason: string,
  heldBackMs: number | null
): string => {
  const times = failures > 1 ? `, ${failures} times in a row now` : ""
  const next = heldBackMs === null ? "" : ` It is not run again within ${spokenSeconds(heldBackMs / 1000)}.`
  return `Task #${task.task_id} failed${times}: ${ended(summary(reason, 400))}${next}`
}

export const paused = (task: Pick<Task, "task_id">, failures: number, reason: string): string =>
  `Task #${task.task_id} failed${failures > 1 ? ` ${failures} times in a row` : ""} and has paused itself: ${ended(summary(reason, 400))} Mend that, then turn it on again with \`/loop toggle ${task.task_id}\`.`

export const pausedReason = (failures: number, reason: string): string =>
  `It failed${failures > 1 ? ` ${failures} times in a row` : ""}: ${ended(summary(reason, 400))}`

export const unreadable = (reason: string): string => `It cannot be read any more: ${reason}`

/** What is said in the channel of a task whose schedule cannot be read any more. */
export const turnedItselfOff = ({ schedule, task_id }: Pick<Task, "task_id" | "schedule">, reason: string): string =>
  `Task #${task_id} has turned itself off, because its schedule \`${schedule}\` cannot be read any more: ${ended(summary(reason, 400))} Give it one that can come with \`/loop edit ${task_id}\`, then turn it on again with \`/loop toggle ${task_id}\`.`

/** What stands in front of the first text of a task's thread. */
export const prefix = (task: Pick<Task, "task_id" | "schedule">): string =>
  `🧵 task #${task.task_id} (\`${task.schedule}\`) `

/** Platforms take names of at most this many characters. */
const longestName = 100

/** A name for a run's thread: cut by characters, never inside one. */
export const threadName = (task: Pick<Task, "task_id" | "schedule" | "prompt">): string =>
  summary(`${prefix(task)}${task.prompt}`, longestName)

/** The name of a thread that will be deleted soon. */
export const fadingName = (name: string): string => name.replace("🧵", "💨")

const marker = "[EPHEMERAL]"

export const isEphemeral = (text: string): boolean => text.includes(marker)

export const withoutMarker = (text: string): string => text.replaceAll(marker, "").trim()

const scheduled = (name: string): string =>
  `This is the scheduled ${name}; nobody wrote it just now and nobody may be there to answer. What you write as text is posted for you, so post nothing yourself unless the task below asks for messages, threads or channels.`

const quiet = `Begin your answer with ${marker} when there is nothing to report.`

/** What a run of a task is told: the task, and what is special to this kind of run. `gate`: what its gate command found. `number`: of the fences. */
export const promptOf = (
  task: Pick<Task, "task_id" | "options"> | undefined,
  prompt: string,
  gate: string | null,
  number: string
): string => {
  // A command of the agent's own CLI goes as it is.
  if (prompt.startsWith("/")) return prompt
  if (task === undefined) return prompt
  const told = [scheduled(author(task.task_id)), ...(task.options.auto_delete_sec > 0 ? [quiet] : [])].join(" ")
  const found =
    gate === null
      ? ""
      : `\n\nThe gate command \`${task.options.pre_run ?? ""}\` printed:\n${fence("gate", gate, number)}`
  return `(${told})\n\n${prompt}${found}`
}
