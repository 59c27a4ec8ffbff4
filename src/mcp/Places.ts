/** Tools for channels and threads: found, made, renamed, deleted, on behalf of the channel that the agent works in. */
import { Effect, Schema } from "effect"
import type { Channel } from "../domain/Channel.ts"
import type { ChannelId } from "../domain/Ids.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import { Messages } from "../services/Messages.ts"
import { Runs } from "../services/Runs.ts"
import { conversations } from "./Asking.ts"
import { type Caller, tool, ToolFailed } from "./Tool.ts"

const ownRow = ({ channel_id }: Caller) =>
  Channels.use((channels) => channels.get(channel_id)).pipe(
    Effect.catchTag("ChannelNotFound", ({ message }) => Effect.fail(new ToolFailed({ message })))
  )

const rootOf = ({ channel_id, parent_id }: Channel): ChannelId => parent_id ?? channel_id

/** For whom the agent works: the author of what its run began with. */
const author = Effect.fnUntraced(function* ({ channel_id, run_id }: Caller) {
  if (run_id === null) return {}
  const run = yield* Effect.catchTag(
    Runs.use((runs) => runs.get(run_id)),
    "RunNotFound",
    () => Effect.undefined
  )
  const [first] = run?.message_ids ?? []
  const message = first && (yield* Messages.use((messages) => messages.get(channel_id, first)))
  return message === undefined || message.is_bot
    ? {}
    : { author_id: message.author_id, author_name: message.author_name }
})

export const searchChannels = tool(
  {
    name: "search_channels",
    quotes: true,
    description:
      "Lists Loop's channels and threads with their ids and directories. Use it to find the id that another tool needs.",
    input: Schema.Struct({
      query: Schema.optionalKey(Schema.String.annotate({ description: "Part of the name; without it, all of them" }))
    })
  },
  function* ({ query }, { subject }) {
    const open = yield* Authorizer.use((authorizer) => authorizer.readable(subject))
    const all = yield* Channels.use((channels) => channels.search(query ?? ""))
    const found = all.filter(({ channel_id }) => open === "*" || open.includes(channel_id))
    if (found.length === 0) return "There are no such channels."
    return found
      .map(({ active, channel_id, dir_path, name, parent_id }) => {
        const kind = parent_id === null ? "channel" : "thread"
        return `- ${name} [${kind}] (ID: ${channel_id}, dir: ${dir_path ?? ""}, active: ${active})`
      })
      .join("\n")
  }
)

export const createChannel = tool(
  {
    name: "create_channel",
    description:
      "Makes a channel on the platform you work on, or finds the one of that name. Use it when a new topic needs a " +
      "place of its own; for a side task of this conversation use create_thread.",
    input: Schema.Struct({ name: Schema.NonEmptyString.annotate({ description: "Its name" }) }),
    outside: true
  },
  function* ({ name }, caller) {
    const { platform } = yield* ownRow(caller)
    const { channel_id } = yield* conversations((all) => all.create(caller.subject, { name, platform }))
    return `The channel ${name} is ${channel_id}.`
  }
)

export const createThread = tool(
  {
    name: "create_thread",
    description:
      "Opens a thread of this channel, with the conversation so far. With a message an agent begins to work on that in " +
      "the thread at once; without one it waits for people.",
    input: Schema.Struct({
      name: Schema.NonEmptyString.annotate({ description: "Its name" }),
      message: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "What the agent there should do" }))
    }),
    outside: true
  },
  function* ({ message, name }, caller) {
    const by = yield* author(caller)
    const by_run = caller.run_id === null ? {} : { by_run: caller.run_id }
    const draft = { channel_id: caller.channel_id, name, ...by, ...by_run, ...(message !== undefined && { message }) }
    const { channel_id } = yield* conversations((all) => all.createThread(caller.subject, draft))
    return `The thread ${name} is ${channel_id}${message === undefined ? "" : "; an agent works there now"}.`
  }
)

/** A thread of the agent's own channel that it does not work in itself. */
const sister = Effect.fnUntraced(function* (caller: Caller, id: string) {
  const own = yield* ownRow(caller)
  const [thread] = yield* Channels.use((channels) => channels.resolve(id))
  if (thread === undefined || thread.parent_id === null || rootOf(thread) !== rootOf(own)) {
    return yield* new ToolFailed({
      message: `${id} is no thread of your channel. Use search_channels to find one; threads elsewhere are not yours to change.`
    })
  }
  return thread
})

const thread_id = Schema.NonEmptyString.annotate({ description: "Id of the thread" })

export const renameThread = tool(
  {
    name: "rename_thread",
    description: "Gives a thread of your channel another name, also the one that you work in.",
    input: Schema.Struct({ thread_id, name: Schema.NonEmptyString.annotate({ description: "Its new name" }) }),
    outside: true
  },
  function* ({ name, thread_id }, caller) {
    const { channel_id } = yield* sister(caller, thread_id)
    yield* conversations((all) => all.patch(caller.subject, channel_id, { name }))
    return `The thread ${channel_id} is called ${name} now.`
  }
)

export const deleteThread = tool(
  {
    name: "delete_thread",
    description:
      "Deletes a thread of your channel with everything in it, ending what runs there. Not the one you work in.",
    input: Schema.Struct({ thread_id }),
    outside: true
  },
  function* ({ thread_id }, caller) {
    const { channel_id } = yield* sister(caller, thread_id)
    if (channel_id === caller.channel_id) {
      return yield* new ToolFailed({ message: "You work in that thread: ask a person to delete it." })
    }
    yield* conversations((all) => all.remove(caller.subject, channel_id))
    return `The thread ${channel_id} is deleted.`
  }
)
