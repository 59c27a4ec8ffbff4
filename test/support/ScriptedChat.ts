/**
 * A chat platform in memory: a test feeds it events and looks at what was done on it. It keeps places and messages as a
 * real one would, so that what was made is found again; `failing` makes one of its methods fail.
 */
import { Clock, Effect, Queue, Stream } from "effect"
import type { ChatChoice, ChatCommand } from "../../src/domain/chat/Words.ts"
import { ChannelId, MessageId, type PlatformName } from "../../src/domain/Ids.ts"
import type {
  ChatEvent,
  ChatMessage,
  ChatPlatform,
  ChatPost,
  Person,
  Place,
  Tried
} from "../../src/services/ChatPlatform.ts"
import { DeliveryFailed } from "../../src/services/Platforms.ts"

/** What was done, in order: the method and what it was given. */
export interface Done {
  readonly what: keyof ChatPlatform
  readonly channel: ChannelId | null
  readonly given: unknown
  /** Epoch milliseconds. */
  readonly at: number
  /** Of `deliver`. */
  readonly nonce?: string
  readonly tried?: Tried
}

/** A message of the bot's as people see it now. */
export interface Shown {
  readonly id: string
  readonly channel: ChannelId
  readonly nonce: string
  readonly at: number
  readonly post: ChatPost
}

/** For how long a nonce is known. */
const nonceHoldsMs = 300_000

export interface Answer {
  readonly post: ChatPost
  readonly private: boolean
}

export const ada: Person = { id: "100", name: "Ada", roles: [] }
export const bot = { id: "999", name: "LoopBot" }
export const guild = "1"

export const failed = (outcome: DeliveryFailed["outcome"], detail = "it did not work") =>
  new DeliveryFailed({ outcome, afterMs: null, detail })

export const make = Effect.fnUntraced(function* (name: PlatformName = "discord") {
  const events = yield* Queue.unbounded<ChatEvent>()
  const done: Array<Done> = []
  const places = new Map<ChannelId, Place>()
  const messages = new Map<ChannelId, Array<ChatMessage>>()
  const failing = new Map<keyof ChatPlatform, DeliveryFailed>()
  const shown = new Map<string, Shown>()
  /** `before`: nothing has been done yet; `after`: it has, and only its answer may be lost. */
  const knobs: Record<"before" | "after", (doing: Done) => Effect.Effect<void, DeliveryFailed>> = {
    before: () => Effect.void,
    after: () => Effect.void
  }
  let commands: ReadonlyArray<ChatCommand> = []
  let last = 5000

  const newId = () => String(++last)
  const place = (id: string, more: Partial<Place> = {}): Place => {
    const channel_id = ChannelId.make(`${name}:${id}`)
    const made = { channel_id, guild_id: guild, name: id, parent: null, direct: false, ours: false, ...more }
    places.set(channel_id, made)
    return made
  }

  const message = (where: Place, content: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
    id: MessageId.make(newId()),
    place: where,
    author: ada,
    own: false,
    content,
    mentionsUs: false,
    repliesToUs: false,
    files: [],
    at: 0,
    ...more
  })

  /** Written by somebody: kept, so that `history` and `message` find it. */
  const write = (written: ChatMessage): ChatMessage => {
    const { channel_id } = written.place
    messages.set(channel_id, [...(messages.get(channel_id) ?? []), written])
    return written
  }

  const act = <A>(
    what: keyof ChatPlatform,
    channel: ChannelId | null,
    given: unknown,
    result: (at: number) => A,
    more: Pick<Done, "nonce" | "tried"> = {}
  ) =>
    Effect.gen(function* () {
      const doing: Done = { what, channel, given, at: yield* Clock.currentTimeMillis, ...more }
      done.push(doing)
      const failure = failing.get(what)
      if (failure !== undefined) return yield* failure
      yield* knobs.before(doing)
      const made = result(doing.at)
      yield* knobs.after(doing)
      return made
    })

  const own = (channel: ChannelId, post: ChatPost): string => {
    const where = places.get(channel) ?? place(channel.slice(name.length + 1))
    return write(message(where, post.content, { own: true, author: { ...bot, roles: [] } })).id
  }

  const platform: ChatPlatform = {
    name,
    health: Effect.succeed({ state: "connected", last_event_at: 0 }),
    self: Effect.succeed(bot),
    events: Stream.fromQueue(events),
    deliver: (channel, post, nonce, tried) =>
      act(
        "deliver",
        channel,
        post,
        (at) => {
          const same = [...shown.values()].find(
            (each) =>
              each.channel === channel &&
              ((each.nonce === nonce && at - each.at < nonceHoldsMs) ||
                (tried?.look === true &&
                  each.at >= tried.since - 60_000 &&
                  tried.others?.includes(each.id) !== true &&
                  (post.buttons === undefined || post.buttons.length === 0
                    ? each.post.content === post.content
                    : each.post.buttons?.[0]?.[0]?.id === post.buttons[0]?.[0]?.id)))
          )
          if (same !== undefined) return same.id
          if (tried?.look === true && tried.only === true) return undefined
          const id = own(channel, post)
          shown.set(id, { id, channel, nonce, at, post })
          return id
        },
        { nonce, ...(tried !== undefined && { tried }) }
      ).pipe(Effect.flatMap((id) => (id === undefined ? failed("gone") : Effect.succeed(id)))),
    edit: (channel, id, post) =>
      act("edit", channel, { id, post }, () => {
        const known = shown.get(id)
        if (known !== undefined) shown.set(id, { ...known, post: { ...known.post, buttons: [], ...post } })
      }),
    remove: (channel, id) => act("remove", channel, id, () => void shown.delete(id)),
    typing: (channel) => act("typing", channel, null, () => undefined),
    history: (channel, after, limit) =>
      act("history", channel, { after, limit }, () => {
        const all = messages.get(channel) ?? []
        return after === null ? all.slice(-limit) : all.filter(({ id }) => Number(id) > Number(after)).slice(0, limit)
      }),
    message: (channel, id) => act("message", channel, id, () => messages.get(channel)?.find((each) => each.id === id)),
    threads: act("threads", null, null, () => [...places.values()].filter(({ parent }) => parent !== null)),
    busySince: (since) =>
      act("busySince", null, since, () =>
        [...places.values()].flatMap((place) => {
          const all = messages.get(place.channel_id) ?? []
          const before = all.findLast(({ at }) => at < since)?.id ?? MessageId.make("0")
          return place.parent === null && !place.direct && all.some(({ at }) => at >= since)
            ? [{ place, after: before }]
            : []
        })
      ),
    place: (channel) => act("place", channel, null, () => places.get(channel)),
    register: (list) =>
      act("register", null, list, () => {
        commands = list
      }),
    makeChannel: (draft) =>
      act("makeChannel", null, draft, () => {
        const known = [...places.values()].find((each) => each.parent === null && each.name === draft.name)
        return known ?? place(newId(), { name: draft.name })
      }),
    makeThread: (parent, draft) =>
      act("makeThread", parent, draft, () =>
        place(newId(), {
          name: draft.name,
          parent: { channel_id: parent, name: places.get(parent)?.name ?? null },
          ours: true
        })
      ),
    rename: (channel, to) =>
      act("rename", channel, to, () => {
        const known = places.get(channel)
        if (known !== undefined) places.set(channel, { ...known, name: to })
      }),
    archive: (channel) => act("archive", channel, null, () => undefined),
    removeChannel: (channel) => act("removeChannel", channel, null, () => void places.delete(channel))
  }

  const tell = (event: ChatEvent) => Queue.offer(events, event)

  /** A `Reply` that keeps what it was given. */
  const replies = () => {
    const answers: Array<Answer> = []
    return {
      answers,
      reply: {
        say: (post: ChatPost, options: { readonly private?: boolean } = {}) =>
          Effect.sync(() => void answers.push({ post, private: options.private ?? false }))
      }
    }
  }

  return {
    platform,
    done,
    places,
    failing,
    knobs,
    /** The bot's messages that people see in a channel now, oldest first. */
    shown: (channel: ChannelId) => [...shown.values()].filter((each) => each.channel === channel),
    place,
    message,
    write,
    tell,
    replies,
    commands: () => commands,
    /** What was done with a method. */
    did: (what: keyof ChatPlatform) => done.filter((each) => each.what === what),
    /** A command given by somebody; the answers to it. */
    command: Effect.fnUntraced(function* (
      where: Place,
      command: string,
      options: Readonly<Record<string, string>> = {},
      person: Person = ada,
      target: ChatMessage | null = null
    ) {
      const { answers, reply } = replies()
      yield* tell({ _tag: "Command", place: where, person, name: command, options, target, reply })
      return answers
    }),
    /** A click; the answers to it and what the message became. */
    click: Effect.fnUntraced(function* (
      where: Place,
      button: string,
      more: { readonly person?: Person; readonly text?: string; readonly message?: string } = {}
    ) {
      const { answers, reply } = replies()
      const changes: Array<ChatPost> = []
      yield* tell({
        _tag: "Click",
        place: where,
        person: more.person ?? ada,
        button,
        message_id: MessageId.make(more.message ?? "1"),
        text: more.text ?? null,
        reply,
        change: (post) => Effect.sync(() => void changes.push(post))
      })
      return { answers, changes }
    }),
    /** Somebody types an option; the choices they are given, once there are any. */
    typing: Effect.fnUntraced(function* (
      where: Place,
      command: string,
      option: string,
      typed: string,
      person: Person = ada
    ) {
      const given: Array<ReadonlyArray<ChatChoice>> = []
      const choices = (all: ReadonlyArray<ChatChoice>) => Effect.sync(() => void given.push(all))
      yield* tell({ _tag: "Completing", place: where, person, name: command, option, typed, choices })
      return given
    })
  }
})

export type ScriptedChat = Effect.Success<ReturnType<typeof make>>
