/** What may be meant by the beginning of an option. Whoever may not know gets nothing. */
import { Effect } from "effect"
import type { ChatChoice } from "../../../domain/chat/Words.ts"
import type { ChannelId } from "../../../domain/Ids.ts"
import { clip, summary } from "../../../domain/Text.ts"
import { textOf } from "../../../domain/permissions/Rule.ts"
import * as Rules from "../Rules.ts"
import { permitted } from "../Shared.ts"
import type { ConversationError } from "../../../services/Conversations.ts"
import type { Given } from "./Command.ts"

/** What Discord takes, in UTF-16 units. */
const longestName = 100
const most = 25

const about = (prompt: string): string => prompt.slice(prompt.lastIndexOf("\n") + 1)

const targets = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const choices: Array<ChatChoice> = []
  for (const run of yield* shared.runs.allLive) {
    const channel = yield* permitted(shared, subject, "write", run.channel_id).pipe(
      Effect.catchTag(["Denied", "ChannelNotFound"], () => Effect.undefined)
    )
    if (channel === undefined) continue
    const where = channel.channel_id === id ? "here" : channel.name
    choices.push({ name: `Run, ${where}: ${about(run.prompt)}`, value: run.run_id })
  }
  yield* permitted(shared, subject, "read", id)
  for (const { author_name, content, message_id } of yield* shared.messages.queued(id)) {
    choices.push({ name: `Waiting: ${author_name}: ${content}`, value: message_id })
  }
  return choices
})

const runs = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  yield* permitted(shared, subject, "read", id)
  const last = yield* shared.runs.list({ channel_id: id, limit: 100 })
  return last.map(({ prompt, run_id, status }) => ({ name: `${status}: ${about(prompt)}`, value: run_id }))
})

const tasks = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const all = yield* shared.tasks.list(subject, id)
  return all.map(({ prompt, task_id, type }) => ({ name: `${task_id} [${type}] ${prompt}`, value: String(task_id) }))
})

const templates = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const all = yield* shared.tasks.templates(subject, id)
  return all.map(({ description, name }) => ({
    name: description === "" ? name : `${name}: ${description}`,
    value: name
  }))
})

const rules = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const all = yield* Rules.list(shared, subject, id)
  return all.map(({ rule, rule_id }) => ({ name: textOf(rule), value: rule_id }))
})

const agentCommands = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const channel = yield* permitted(shared, subject, "read", id)
  const own = yield* shared.channels.offered(id)
  // A new thread has had no process yet: its channel's has the same commands.
  const all = own.length > 0 || channel.parent_id === null ? own : yield* shared.channels.offered(channel.parent_id)
  return all.map((name) => ({ name: `/${name}`, value: name }))
})

const shown = (name: string): string => {
  const line = summary(name, longestName)
  return line.length <= longestName ? line : `${clip(line, longestName - 1)}…`
}

type Source = (given: Given) => Effect.Effect<ReadonlyArray<ChatChoice>, ConversationError>

const sourceOf = (command: string, option: string): Source | undefined => {
  if (command === "stop" && option === "target") return targets
  if (command === "run" && option === "run_id") return runs
  if (option === "task_id") return tasks
  if (command === "template-add" && option === "name") return templates
  if (command === "rules" && option === "revoke") return rules
  if (command === "cc" && option === "command") return agentCommands
  return undefined
}

export const complete = Effect.fn("Conversations.complete")(function* (
  shared: Given["shared"],
  subject: Given["subject"],
  id: ChannelId,
  command: string,
  option: string,
  typed: string
) {
  const source = sourceOf(command, option)
  if (source === undefined) return []
  const all = yield* source({ shared, subject, id, options: {} }).pipe(
    Effect.catchTag(["Denied", "ChannelNotFound"], () => Effect.succeed<ReadonlyArray<ChatChoice>>([]))
  )
  const wanted = typed.trim().replace(/^\//, "").toLowerCase()
  return all
    .filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted))
    .filter(({ value }) => value.length <= longestName)
    .slice(0, most)
    .map(({ name, value }) => ({ name: shown(name), value }))
})
