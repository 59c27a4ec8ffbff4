/** Says something of a run: in its channel, or in the thread of its task. */
import { Effect } from "effect"
import * as Cards from "../../domain/chat/Cards.ts"
import type { RunAction } from "../../domain/RunState.ts"
import { prefix } from "../../domain/tasks/Words.ts"
import type { Job } from "./Job.ts"
import * as TaskJob from "./TaskJob.ts"
import type { World } from "./World.ts"

/** What the run says of itself, not its agent: that alone is no reason to open a thread. */
const isNote = (key: string): boolean => /^(note|mcp|lost):/.test(key)

/** A failure is told in the task's channel by itself (`TaskJob.complain`). */
const isFailure = (actions: ReadonlyArray<RunAction>): boolean =>
  actions.some((action) => action._tag === "End" && action.status !== "completed" && action.status !== "stopped")

/** Before the transaction in which these actions are stored: makes the thread in which they say something, if that is to be. */
export const open = Effect.fnUntraced(function* (world: World, job: Job, actions: ReadonlyArray<RunAction>) {
  const { task } = job
  if (task === undefined) return
  const ends = actions.find((action) => action._tag === "End")
  const speaks = actions.some(
    (action) =>
      action._tag === "Say" &&
      !isNote(action.key) &&
      !(action.key === "end" && ends !== undefined && ends.status !== "completed") &&
      TaskJob.heard(task, action.text) !== ""
  )
  if (speaks) yield* TaskJob.openThread(world, task, job.channel)
})

/** Said whoever is or is not there, as a note beside the run's answer; part of the caller's transaction. */
export const aloud = (world: World, job: Job, { key, text }: { readonly key: string; readonly text: string }) => {
  const { channel_id, run_id } = job.run
  return world.messages.say({ channel_id: job.task?.thread ?? channel_id, run_id, key, content: text, aside: true })
}

/** Part of the caller's transaction. `actions`: those that are stored with it. */
export const say = Effect.fnUntraced(function* (
  world: World,
  job: Job,
  { buttons, key, text }: Pick<Extract<RunAction, { readonly _tag: "Say" }>, "buttons" | "key" | "text">,
  actions: ReadonlyArray<RunAction> = []
) {
  const { channel_id, run_id } = job.run
  const { task } = job
  if (task === undefined) {
    const failed = key === "end" && actions.some((action) => action._tag === "End" && action.status === "failed")
    const shown = [...(buttons ?? []), ...(failed ? (Cards.retry(run_id) ?? []) : [])]
    yield* world.messages.say({ channel_id, run_id, key, content: text, ...(shown.length > 0 && { buttons: shown }) })
    return
  }
  const content = TaskJob.heard(task, text)
  const { letter, thread } = task
  if (content === "") return
  if (thread === null && letter !== undefined && (isNote(key) || (key === "end" && isFailure(actions)))) return
  const first = task.untouched && letter !== undefined ? prefix(letter.task) : ""
  task.untouched = false
  yield* world.messages.say({
    channel_id: thread ?? channel_id,
    run_id,
    key,
    content: `${first}${content}`,
    ...(buttons && { buttons })
  })
})
