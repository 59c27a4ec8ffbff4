/** The order in which messages are shown. */
import type { Message } from "../../api/client.ts"

/** By arrival, but each next to the work on it: what waited while others were answered moves to its answer. */
export const asWorkedOn = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const answered = new Set(messages.filter((message) => message.is_bot).map((message) => message.run_id))
  const ordered: Array<Message> = []
  const held = new Map<string, Array<Message>>()
  for (const message of messages) {
    const { is_bot, run_id: run = "" } = message
    if (!is_bot && run !== "" && answered.has(run)) {
      held.set(run, [...(held.get(run) ?? []), message])
      continue
    }
    ordered.push(...(held.get(run) ?? []), message)
    if (is_bot) held.delete(run)
  }
  return ordered
}
