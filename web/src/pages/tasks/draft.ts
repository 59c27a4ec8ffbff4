/** What is written in a task's form, and what of it is sent. Pure. */
import type { Operations, Task } from "../../api/client.ts"

export interface Draft {
  readonly channel_id: string
  readonly type: Task["type"]
  readonly schedule: string
  readonly prompt: string
  /** Empty: the configuration's. */
  readonly timezone: string
  readonly overlap: Task["overlap"]
  readonly catch_up: Task["catch_up"]
  /** As it is typed: seconds. */
  readonly catch_up_window_sec: string
  readonly session: Task["session"]
  readonly pre_run: string
  /** As it is typed: seconds; 0 keeps it. */
  readonly auto_delete_sec: string
}

export const blank: Draft = {
  channel_id: "",
  type: "cron",
  schedule: "",
  prompt: "",
  timezone: "",
  overlap: "skip",
  catch_up: "latest",
  catch_up_window_sec: "86400",
  session: "fresh",
  pre_run: "",
  auto_delete_sec: "0"
}

export const draftOf = (task: Task): Draft => ({
  channel_id: task.channel_id,
  type: task.type,
  schedule: task.schedule,
  prompt: task.prompt,
  timezone: task.timezone ?? "",
  overlap: task.overlap,
  catch_up: task.catch_up,
  catch_up_window_sec: String(task.catch_up_window_sec),
  session: task.session,
  pre_run: task.pre_run ?? "",
  auto_delete_sec: String(task.auto_delete_sec)
})

export type Fields = { readonly [K in keyof Draft]?: string }

const seconds = (text: string) => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined)
const notSeconds = "Write whole seconds, such as 3600."

/** What cannot be sent as it is. Whether a schedule is possible, the server knows. */
export const problemsOf = (draft: Draft): Fields => ({
  ...(draft.channel_id === "" && { channel_id: "Choose the channel in which it is to be done." }),
  ...(draft.prompt.trim() === "" && { prompt: "Say what the agent is to do." }),
  ...(draft.schedule.trim() === "" && { schedule: "Say when." }),
  ...(seconds(draft.catch_up_window_sec) === undefined && { catch_up_window_sec: notSeconds }),
  ...(seconds(draft.auto_delete_sec) === undefined && { auto_delete_sec: notSeconds })
})

type Body = Operations["POST /api/tasks"]["body"]

export const bodyOf = (draft: Draft): Body => ({
  ...draft,
  timezone: draft.timezone.trim() === "" ? null : draft.timezone.trim(),
  pre_run: draft.pre_run.trim() === "" ? null : draft.pre_run,
  catch_up_window_sec: seconds(draft.catch_up_window_sec) ?? 0,
  auto_delete_sec: seconds(draft.auto_delete_sec) ?? 0
})

/** What differs from before: whatever somebody else changed meanwhile stays. */
export const changesOf = (draft: Draft, before: Draft): Operations["PATCH /api/tasks/{id}"]["body"] => {
  const { channel_id: _, ...now } = bodyOf(draft)
  const then: Readonly<Record<string, unknown>> = bodyOf(before)
  return Object.fromEntries(Object.entries(now).filter(([key, value]) => value !== then[key]))
}
