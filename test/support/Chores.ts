/** Tasks on virtual time: added as the owner, and what became of them. */
import { Effect } from "effect"
import type { Channel } from "../../src/domain/Channel.ts"
import { Channels } from "../../src/services/Channels.ts"
import { type TaskChanges, TaskControl, type TaskDraft } from "../../src/services/TaskControl.ts"
import { Tasks } from "../../src/services/Tasks.ts"
import * as House from "./House.ts"

type Place = Pick<Channel, "channel_id">

/** A task of the channel: every ten minutes, unless told otherwise. */
export const add = ({ channel_id }: Place, draft: Partial<TaskDraft> = {}) =>
  Effect.map(
    TaskControl.use((control) =>
      control.add(House.owner, { channel_id, type: "interval", schedule: "10m", prompt: "look", ...draft })
    ),
    ({ task }) => task.task_id
  )

export const edit = (id: number, changes: TaskChanges) =>
  TaskControl.use((control) => control.edit(House.owner, id, changes))

export const get = (id: number) => TaskControl.use((control) => control.get(House.owner, id))

/** Every occurrence, oldest first. */
export const history = (id: number) =>
  Effect.map(
    Tasks.use((tasks) => tasks.history(id, { limit: 10_000 })),
    (all) => all.toReversed()
  )

/** What became of each instant, oldest first. */
export const ends = (id: number) => Effect.map(history(id), (all) => all.map(({ status }) => status))

/** Waits until that many occurrences have ended as runs. */
export const ran = (id: number, count = 1) =>
  House.until(
    `${count} runs of task ${id}`,
    Effect.map(
      history(id),
      (all) => all.filter(({ run_id, ended_at }) => run_id !== null && ended_at !== null).length >= count
    )
  )

export const threads = ({ channel_id }: Place) => Channels.use((channels) => channels.threads(channel_id))
