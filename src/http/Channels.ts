/** `/api/channels`: find, make, look at, change and delete channels. */
import { Effect, Schema } from "effect"
import type { Channel } from "../domain/Channel.ts"
import { ChannelId, PlatformName, SessionId } from "../domain/Ids.ts"
import { changesOf, SettingsPatch, settingsFields } from "../domain/SettingsPatch.ts"
import { channelEntryView, channelView, instant, queueEntryView, runView } from "../domain/Views.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import { type ChannelStatus, Conversations } from "../services/Conversations.ts"
import { Messages } from "../services/Messages.ts"
import { Runs } from "../services/Runs.ts"
import { Settings } from "../services/Settings.ts"
import type { Subject } from "../services/Tokens.ts"
import { type Incoming, route } from "./Route.ts"
import { ChannelRef, ChannelShape, ChannelEntry } from "./Shapes.ts"

/** The channel that a path or body names, by its id or by a native id that only one channel has. */
export const findChannel = Effect.fnUntraced(function* (subject: Subject, id: string | undefined) {
  return yield* Conversations.use((conversations) => conversations.find(subject, id ?? ""))
})

const found = (call: Incoming & { readonly subject: Subject }) => findChannel(call.subject, call.params["id"])

const show = Effect.fnUntraced(function* (subject: Subject, channel: Channel) {
  const status: ChannelStatus = yield* Conversations.use((all) => all.inspect(subject, channel.channel_id))
  const root = yield* Channels.use((channels) => channels.root(channel))
  const effective = yield* Settings.use((settings) => settings.forChannel(channel, root))
  return {
    ...channelView(channel),
    busy: effective.busy,
    permission_mode: effective.permissionMode,
    unattended_permissions: effective.unattendedPermissions,
    claude_model: effective.model,
    state: status.state,
    ...(status.run && { run: runView(status.run) }),
    queue: status.queue.map((entry) => Object.assign(queueEntryView(entry), { waiting_for: entry.waiting_for }))
  }
})

const list = route(
  "GET",
  "/api/channels",
  {
    summary: "Channels and threads that the token may read and whose name contains `query`, by name",
    query: Schema.Struct({ query: Schema.optionalKey(Schema.String) }),
    answer: { status: 200, description: "The channels", schema: Schema.Array(ChannelEntry) }
  },
  function* ({ subject, query }) {
    const open = yield* Authorizer.use((authorizer) => authorizer.readable(subject))
    const channels = yield* Channels.use((all) => all.search(query.query ?? ""))
    const live = new Map((yield* Runs.use((runs) => runs.allLive)).map((run) => [run.channel_id, run.status]))
    const newest = yield* Messages.use((messages) => messages.newest)
    const mine = channels.filter(({ channel_id }) => open === "*" || open.includes(channel_id))
    return mine.map((channel) => {
      const status = live.get(channel.channel_id)
      const said = newest.get(channel.channel_id)
      const state = status === undefined ? ("idle" as const) : status === "waiting" ? status : ("running" as const)
      return Object.assign(
        channelEntryView(channel),
        { state },
        said !== undefined && { last_message_at: instant(said) }
      )
    })
  }
)

const create = route(
  "POST",
  "/api/channels/create",
  {
    summary: "Makes a channel",
    body: Schema.Struct({
      name: Schema.NonEmptyString.check(Schema.isMaxLength(200)),
      platform: Schema.optionalKey(PlatformName),
      author_id: Schema.optionalKey(Schema.String),
      dir_path: Schema.optionalKey(Schema.NonEmptyString),
      parent_id: Schema.optionalKey(ChannelId)
    }),
    answer: { status: 201, description: "The new channel", schema: ChannelRef },
    problems: [404, 409, 501]
  },
  function* ({ subject, body }) {
    const channel = yield* Conversations.use((all) => all.create(subject, body))
    return { channel_id: channel.channel_id }
  }
)

const ensure = route(
  "POST",
  "/api/channels",
  {
    summary: "The channel of a directory, made when there is none",
    body: Schema.Struct({ dir_path: Schema.NonEmptyString, platform: Schema.optionalKey(PlatformName) }),
    answer: { status: 200, description: "The channel", schema: ChannelRef },
    problems: [501]
  },
  function* ({ subject, body }) {
    const channel = yield* Conversations.use((all) => all.ensure(subject, body.dir_path, body.platform))
    return { channel_id: channel.channel_id }
  }
)

const get = route(
  "GET",
  "/api/channels/{id}",
  {
    summary: "A channel: what it does, what waits, how it is set",
    answer: { status: 200, description: "The channel", schema: ChannelShape },
    problems: [404]
  },
  function* (call) {
    return yield* show(call.subject, yield* found(call))
  }
)

/** Settings by themselves, or in `settings` as a channel shows them. */
const Patch = Schema.Struct({
  name: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200))),
  dir_path: Schema.optionalKey(Schema.NullOr(Schema.NonEmptyString)),
  archived: Schema.optionalKey(Schema.Literal(true)),
  session_id: Schema.optionalKey(
    SessionId.check(Schema.isPattern(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)).annotate({
      description: "The next message goes on in that conversation; its file is in the home of the channel's boxes."
    })
  ),
  ...settingsFields,
  settings: Schema.optionalKey(SettingsPatch)
})

const patch = route(
  "PATCH",
  "/api/channels/{id}",
  {
    summary: "Changes a channel's name, directory or settings, or archives a thread; null takes a setting back",
    body: Patch,
    answer: { status: 200, description: "The channel", schema: ChannelShape },
    problems: [404, 409]
  },
  function* (call) {
    const { archived, name, dir_path, session_id, settings: nested, ...flat } = call.body
    const settings = changesOf({ ...nested, ...flat })
    const channel = yield* found(call)
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(archived === undefined ? {} : { archived }),
      ...(dir_path === undefined ? {} : { dir_path }),
      ...(session_id === undefined ? {} : { session_id }),
      settings
    }
    const changed = yield* Conversations.use((all) => all.patch(call.subject, channel.channel_id, changes))
    return yield* show(call.subject, changed)
  }
)

const remove = route(
  "DELETE",
  "/api/channels/{id}",
  {
    summary: "Stops what runs in a channel and deletes it with its threads",
    answer: { status: 204, description: "Deleted" },
    problems: [404]
  },
  function* (call) {
    const channel = yield* found(call)
    yield* Conversations.use((all) => all.remove(call.subject, channel.channel_id))
    return undefined
  }
)

export const channelRoutes = [list, create, ensure, get, patch, remove]
