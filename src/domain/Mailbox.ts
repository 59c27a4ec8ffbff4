/** Which queued messages become the next run. */
import type { BusyMode } from "./Channel.ts"
import type { Message } from "./Message.ts"

/**
 * In order of arrival: one message a run; with `collect` all that wait in one, except that a raw command or a task always
 * has a run of its own. A message that was written into a turn which ended without it keeps its own turn.
 */
export const nextBatch = (queued: ReadonlyArray<Message>, busy: BusyMode): ReadonlyArray<Message> => {
  const [first] = queued
  if (first === undefined) return []
  const alone = (message: Message) => message.kind !== "prompt" || message.prompt_id !== null
  if (busy !== "collect" || alone(first)) return [first]
  const end = queued.findIndex(alone)
  return end === -1 ? queued : queued.slice(0, end)
}
