/** The state of the test's Discord, and who is told when it changes. */
import { Deferred, Effect } from "effect"
import type { Channel, Command, Guild, Interaction, Message, User } from "./Model.ts"
import { makeSnowflakes } from "./Snowflake.ts"

/** What a session or request is allowed to see of messages that do not concern it. */
export interface Sight {
  readonly content: boolean
}

export interface Dispatch {
  readonly name: string
  /** Any of these lets the event through; 0 needs none. */
  readonly intents: number
  /** The event is only for those who can see it. */
  readonly channel?: Channel
  readonly data: (sight: Sight) => unknown
}

export interface Bot {
  readonly user: User
  readonly applicationId: string
  /** What may be asked for, as switched on in the developer portal. */
  readonly privileged: { messageContent: boolean; members: boolean; presences: boolean }
  token: string
}

export interface File {
  readonly bytes: Uint8Array
  readonly contentType: string | undefined
}

export interface World {
  readonly now: () => number
  readonly nextId: () => string
  readonly bot: Bot
  readonly users: Map<string, User>
  readonly guilds: Map<string, Guild>
  readonly channels: Map<string, Channel>
  /** By channel, in order of arrival. */
  readonly messages: Map<string, Map<string, Message>>
  readonly interactions: Map<string, Interaction>
  /** By id of the guild; the global ones under the empty string. */
  readonly commands: Map<string, ReadonlyArray<Command>>
  /** By path on the server. */
  readonly files: Map<string, File>
  /** How often a typing indicator was shown, by channel: epoch milliseconds. */
  readonly typing: Map<string, Array<number>>
  /** Where files are served, without a slash at the end; known once the server listens. */
  cdn: string
  /** Bytes; 10 MiB as in a guild without boosts. */
  attachmentLimit: number
  /** Forgetting them is what a few minutes do on Discord. */
  readonly nonces: Map<string, Message>
  readonly dispatch: (event: Dispatch) => void
  /** Wakes those who wait. */
  readonly changed: () => void
  readonly listen: (listener: (event: Dispatch) => void) => void
  /** Waits until something is found; looks now and after each change. */
  readonly until: <A>(find: () => A | undefined | false | null) => Effect.Effect<A>
}

export interface BotOptions {
  readonly token: string
  readonly username: string
  readonly messageContent: boolean
}

const waiting = () => {
  const looks = new Set<() => void>()
  const changed = () => {
    for (const look of looks) look()
  }
  const until = <A>(find: () => A | undefined | false | null): Effect.Effect<A> =>
    Effect.suspend(() => {
      const found = Deferred.makeUnsafe<A>()
      const look = () => {
        const value = find()
        if (value === undefined || value === false || value === null) return
        looks.delete(look)
        Deferred.doneUnsafe(found, Effect.succeed(value))
      }
      looks.add(look)
      look()
      return Effect.ensuring(
        Deferred.await(found),
        Effect.sync(() => looks.delete(look))
      )
    })
  return { changed, until }
}

export const makeWorld = (now: () => number, options: BotOptions): World => {
  const nextId = makeSnowflakes(now)
  const { changed, until } = waiting()
  const listeners: Array<(event: Dispatch) => void> = []
  const id = nextId()
  const user: User = { id, username: options.username, globalName: null, bot: true }
  return {
    now,
    nextId,
    bot: {
      user,
      applicationId: id,
      token: options.token,
      privileged: { messageContent: options.messageContent, members: false, presences: false }
    },
    users: new Map([[id, user]]),
    guilds: new Map(),
    channels: new Map(),
    messages: new Map(),
    interactions: new Map(),
    commands: new Map(),
    files: new Map(),
    typing: new Map(),
    cdn: "",
    attachmentLimit: 10 * 1024 * 1024,
    nonces: new Map(),
    dispatch: (event) => {
      for (const listener of listeners) listener(event)
      changed()
    },
    changed,
    listen: (listener) => void listeners.push(listener),
    until
  }
}
