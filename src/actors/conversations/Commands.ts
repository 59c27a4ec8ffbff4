/** Chat commands, by name; each answers with a text. */
import { Effect } from "effect"
import type { ChannelId } from "../../domain/Ids.ts"
import { summary } from "../../domain/Text.ts"
import type { Subject } from "../../services/Tokens.ts"
import * as Control from "./Control.ts"
import * as Posting from "./Posting.ts"
import { refuse, type Shared } from "./Shared.ts"

const stop = Effect.fnUntraced(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const { stopped } = yield* Control.stop(shared, subject, id)
  return stopped ? "Stopped." : "There is nothing to stop."
})

const reset = Effect.fnUntraced(function* (shared: Shared, subject: Subject, id: ChannelId) {
  yield* Control.reset(shared, subject, id)
  return "The next message begins a new session."
})

const queue = Effect.fnUntraced(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const { queue } = yield* Control.inspect(shared, subject, id)
  if (queue.length === 0) return "Nothing waits."
  const lines = queue.map(({ author_name, content }, at) => `${at + 1}. ${author_name}: ${summary(content, 80)}`)
  return `${queue.length} waiting:\n${lines.join("\n")}`
})

const status = Effect.fnUntraced(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const { run, queue } = yield* Control.inspect(shared, subject, id)
  const { used, limit } = {
    used: (yield* shared.agents.list).filter(({ busy }) => busy).length,
    limit: (yield* shared.settings.current).max_concurrent_runs
  }
  const here = run === null ? "Nothing runs here" : `A run is ${run.status} here (attempt ${run.attempt})`
  return `${here}; ${queue.length} waiting. ${used} of ${limit} runs at work over all channels.`
})

/** A command or skill of the agent's own CLI, sent as it is. */
const cc = Effect.fnUntraced(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  options: Readonly<Record<string, string>>
) {
  const text = (options["command"] ?? "").trim()
  if (text === "") return yield* refuse("invalid", "Name the command, such as /compact.", "command")
  const content = text.startsWith("/") ? text : `/${text}`
  yield* Posting.post(shared, subject, { channel_id: id, content, kind: "raw" })
  return `${content} is sent to the agent.`
})

type Command = (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  options: Readonly<Record<string, string>>
) => Effect.Effect<string, Effect.Error<ReturnType<typeof cc>> | Effect.Error<ReturnType<typeof stop>>>

const commands: Readonly<Record<string, Command>> = { stop, reset, queue, status, cc }

export const run = Effect.fn("Conversations.command")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  name: string,
  options: Readonly<Record<string, string>>
) {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    const known = Object.keys(commands).join(", ")
    return yield* refuse("invalid", `There is no command "${name}": there are ${known}.`, "command")
  }
  return yield* command(shared, subject, id, options)
})
