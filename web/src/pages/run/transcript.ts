/** A run from its first word to its last: messages, with what the agent did between them. Pure. */
import type { Message } from "../../api/client.ts"
import type { Approval, ServerEvent } from "../../live/events.ts"
import { isTold, type Step, stepOf, stepsOf } from "../chat/steps.ts"

export type Part =
  | { readonly kind: "message"; readonly key: string; readonly message: Message }
  | { readonly kind: "work"; readonly key: string; readonly steps: ReadonlyArray<Step> }
  | { readonly kind: "approval"; readonly key: string; readonly approval: Approval }

/** `messages`: of the run, oldest first. What the journal does not tell of was said before it, or, by the bot, is its end. */
export const transcriptOf = (
  messages: ReadonlyArray<Message>,
  journal: ReadonlyArray<ServerEvent>
): ReadonlyArray<Part> => {
  const merged = new Map(stepsOf(journal).map((step) => [step.key, step]))
  const approvals = new Map<string, Approval>()
  const told = new Set<string>()
  for (const { data, type } of journal) {
    if (type === "approval.requested" || type === "approval.decided") approvals.set(data.approval_id, data)
    if (type === "message.created" || type === "message.updated") told.add(data.message_id)
  }
  const known = new Map(messages.map((message) => [message.message_id, message]))
  const parts: Array<Part> = []
  const placed = new Set<string>()
  const say = (message: Message) => {
    if (placed.has(message.message_id)) return
    placed.add(message.message_id)
    parts.push({ kind: "message", key: message.message_id, message })
  }
  const work = (step: Step) => {
    const last = parts.at(-1)
    if (last?.kind === "work") parts[parts.length - 1] = { ...last, steps: [...last.steps, step] }
    else parts.push({ kind: "work", key: `work:${step.key}`, steps: [step] })
  }
  for (const message of messages) if (!message.is_bot && !told.has(message.message_id)) say(message)
  for (const event of journal) {
    if (event.type === "message.created" || event.type === "message.updated") {
      say(known.get(event.data.message_id) ?? event.data)
    } else if (event.type === "approval.requested") {
      const approval = approvals.get(event.data.approval_id) ?? event.data
      if (!placed.has(approval.approval_id)) parts.push({ kind: "approval", key: approval.approval_id, approval })
      placed.add(approval.approval_id)
    } else if (isTold(event)) {
      const key = stepOf(event)?.key
      const step = key === undefined || placed.has(`step:${key}`) ? undefined : merged.get(key)
      if (step === undefined) continue
      placed.add(`step:${key}`)
      work(step)
    }
  }
  for (const message of messages) say(message)
  return parts
}
