/** `Memory`: asks who may, finds whose notes these are, and lets one indexing at a time go on. */
import { Effect, Layer, Semaphore } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { normalizePath } from "../../domain/config/paths.ts"
import type { Action } from "../../domain/chat/Grants.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import * as Words from "../../domain/memory/Words.ts"
import { Authorizer } from "../../services/Authorizer.ts"
import { Channels } from "../../services/Channels.ts"
import { Refused } from "../../services/Conversations.ts"
import { Memory } from "../../services/Memory.ts"
import { Settings } from "../../services/Settings.ts"
import type { Subject } from "../../services/Tokens.ts"
import * as Ground from "./Ground.ts"
import * as Indexing from "./Indexing.ts"
import * as Searching from "./Searching.ts"

const refuse = (reason: Refused["reason"], field: string | null, message: string) =>
  new Refused({ reason, field, message })

const reasonOf = ({ failed, why }: Indexing.Indexed): string | undefined => why && Words.notIndexed(failed, why.message)

const usual = 5
const mostResults = 50

const make = Effect.gen(function* () {
  const authorizer = yield* Authorizer
  const channels = yield* Channels
  const settings = yield* Settings
  const ground = yield* Ground.make
  const indexNotes = yield* Indexing.make
  const searchShelves = yield* Searching.make
  const oneAtATime = yield* Semaphore.make(1)
  /** What was said in the log last, so that it is said once. */
  let told: string | undefined

  const index = (notes: Ground.Notes) => oneAtATime.withPermits(1)(indexNotes(notes))

  /** Both whose notes a channel's agents search. */
  const notesOf = Effect.fnUntraced(function* (subject: Subject, action: Action, id: ChannelId) {
    yield* authorizer.authorize(subject, action, id)
    const own = yield* ground.ofChannel(yield* channels.get(id))
    if (!own.settings.on) return yield* refuse("not_configured", null, Words.off)
    return [own, yield* ground.ofEverybody] as const
  })

  const isOn = Effect.fn("Memory.isOn")(function* (id: ChannelId | undefined) {
    if (id === undefined) return yield* ground.on
    return yield* channels.get(id).pipe(
      Effect.flatMap(ground.ofChannel),
      Effect.map((notes) => notes.settings.on),
      Effect.catchTag("ChannelNotFound", () => ground.on)
    )
  })

  const worksIn = Effect.fnUntraced(function* (channel: Channel, directory: string) {
    const root = yield* channels.root(channel)
    return (channel.dir_path ?? root.dir_path ?? settings.paths.work(root.channel_id)) === directory
  })

  const channelOf = Effect.fn("Memory.channelOf")(function* (subject: Subject, given: string) {
    const directory = normalizePath(given)
    const open = yield* authorizer.readable(subject)
    const mine = (yield* channels.search("")).filter(({ channel_id }) => open === "*" || open.includes(channel_id))
    const there = given.startsWith("/") ? yield* Effect.filter(mine, (row) => worksIn(row, directory)) : []
    const channel = there.find(({ parent_id }) => parent_id === null) ?? there[0]
    if (channel !== undefined) return channel
    // What is not theirs is as unknown as what is not there.
    yield* authorizer.authorize(subject, "read", "*")
    return yield* refuse(
      "invalid",
      "dir_path",
      `No channel works in ${given}. Give a channel's directory, or its channel_id.`
    )
  })

  const tell = Effect.fnUntraced(function* (why: string | undefined) {
    if (why === told) return
    told = why
    yield* why === undefined ? Effect.logInfo("Every note is indexed again") : Effect.logWarning(why)
  })

  /** Why some of it is not indexed; undefined where all of it is. */
  const indexOne = Effect.fnUntraced(
    function* (channel: Channel) {
      const notes = yield* ground.ofChannel(channel)
      return notes.settings.on ? reasonOf(yield* index(notes)) : undefined
    },
    // The others have their turn; this one has its next with the next look.
    (effect, { channel_id }) =>
      Effect.catchTags(effect, {
        ChannelNotFound: () => Effect.undefined,
        StoreError: (error) =>
          Effect.as(Effect.logWarning(`The notes of ${channel_id} could not be indexed`, error), undefined)
      })
  )

  const indexAll = Effect.gen(function* () {
    if (!(yield* ground.on)) return
    const reasons = yield* Effect.forEach(yield* ground.owners, indexOne)
    const everybodys = reasonOf(yield* index(yield* ground.ofEverybody))
    yield* tell([...reasons, everybodys].find((why) => why !== undefined))
  }).pipe(Effect.withSpan("Memory.indexAll"))

  return Memory.of({
    isOn,
    channelOf,
    indexAll,
    search: Effect.fn("Memory.ask")(function* (subject, id, question, most) {
      const shelves = yield* notesOf(subject, "read", id)
      if (question.trim() === "") return yield* refuse("invalid", "query", "Say in query what to look for.")
      return yield* searchShelves(shelves, question, most > 0 ? Math.min(most, mostResults) : usual)
    }),
    index: Effect.fn("Memory.refresh")(function* (subject, id) {
      const [own, everybodys] = yield* notesOf(subject, "write", id)
      const [one, other] = [yield* index(own), yield* index(everybodys)]
      const why = one.why ?? other.why
      const failed = one.failed + other.failed
      if (why !== undefined) return yield* refuse("unavailable", null, Words.notIndexed(failed, why.message))
      return {
        count: one.count + other.count,
        updated: one.updated + other.updated,
        removed: one.removed + other.removed,
        failed
      }
    })
  })
})

export const layer = Layer.effect(Memory, make)
