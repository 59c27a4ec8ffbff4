/** What was written while nobody listened: a channel's history since its read mark, through the same door as everything. */
import { Clock, Effect, Schedule, Semaphore } from "effect"
import { isNewer, newestOf, toJudge } from "../domain/chat/CatchUp.ts"
import { type ChannelId, MessageId } from "../domain/Ids.ts"
import { Channels } from "../services/Channels.ts"
import type { ChatMessage, ChatPlatform } from "../services/ChatPlatform.ts"
import { ReadMarks } from "../services/ReadMarks.ts"
import { Settings } from "../services/Settings.ts"
import { persist } from "./IntakeRetry.ts"

/** Channels whose history is read at a time. */
const atOnce = 4
/** How long a message may have been on its way to be judged when something else was judged last, in milliseconds. */
const underWay = 600_000
/** How far a platform's clock and ours may be apart, in milliseconds. */
const clocksApart = 60_000

const backOff = Schedule.min([Schedule.exponential("1 second", 2), Schedule.spaced("30 seconds")])

export interface Wanted {
  readonly channel: ChannelId
  /** Epoch milliseconds: where there is no mark, what was written before is not asked for. */
  readonly since: number
  /** How many are looked through, newest first. */
  readonly limit: number
  /** What stands for the mark of a channel that has none. */
  readonly after?: MessageId
}

/** What was told of a channel since, and has not been judged: how many, and the first of them. */
export interface Live {
  readonly count: number
  readonly first: MessageId | undefined
}

export const make = Effect.gen(function* () {
  const channels = yield* Channels
  const marks = yield* ReadMarks
  const settings = yield* Settings
  const few = yield* Semaphore.make(atOnce)

  const read = (platform: ChatPlatform, channel: ChannelId, after: MessageId | null, limit: number) =>
    platform.history(channel, after, limit).pipe(
      Effect.tapError((failed) => Effect.logInfo("The history of a channel could not be read", failed)),
      Effect.retry({ while: ({ outcome }) => outcome !== "gone", schedule: backOff }),
      few.withPermits(1)
    )

  /**
   * Those after the mark and before what is told live, oldest first; of too many the newest. What is told live while it
   * is read takes its place in the history, so that more is read then.
   */
  const missed = Effect.fnUntraced(function* (
    platform: ChatPlatform,
    { channel, limit }: Wanted,
    mark: MessageId | undefined,
    live: () => Live
  ) {
    for (;;) {
      const most = limit + live().count
      const page = yield* read(platform, channel, mark ?? null, most)
      const full = mark !== undefined && page.length >= most
      const found = full ? yield* read(platform, channel, null, most) : page
      const { count, first } = live()
      if (found.length >= most && limit + count > most) continue
      const older = found.filter(({ id }) => first === undefined || isNewer(first, id))
      if (full && !found.some(({ id }) => id === page[0]?.id)) {
        yield* Effect.logWarning(
          `More than ${limit} messages came meanwhile (catch_up_max_messages): the oldest of them are not looked at`
        )
      }
      return older.slice(-limit)
    }
  })

  /** `gone`: the channel is no more. `judge` never fails. */
  const channel = Effect.fn("Intake.catchUp")(function* (
    platform: ChatPlatform,
    wanted: Wanted,
    live: () => Live,
    judge: (message: ChatMessage) => Effect.Effect<void>
  ) {
    const { channel, since } = wanted
    const mark = (yield* persist(marks.get(channel))) ?? wanted.after
    const found = yield* missed(platform, wanted, mark, live).pipe(
      Effect.catchTag("DeliveryFailed", (failed) =>
        Effect.gen(function* () {
          const place = yield* Effect.orElseSucceed(platform.place(channel), () => null)
          if (place === undefined) return undefined
          yield* Effect.logWarning("The history of a channel cannot be read, so nothing of it is caught up", failed)
          return []
        })
      )
    )
    if (found === undefined) return "gone" as const
    yield* Effect.forEach(toJudge(found, { after: mark, since }), judge, { discard: true })
    const newest = newestOf(found)
    if (newest !== undefined) yield* persist(marks.advance(channel, MessageId.make(newest)))
    return "read" as const
  })

  /** Somebody may have called for the first time in a channel that is not known here. */
  const busySince = (platform: ChatPlatform, since: number) =>
    platform.busySince(since).pipe(
      Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.succeed([]) }),
      Effect.catchTag("DeliveryFailed", (failed) =>
        Effect.as(Effect.logWarning("Channels could not be listed; first calls in new ones may be missed", failed), [])
      )
    )

  /**
   * What is to be caught up when the connection begins: channels that are active here, new threads of theirs, and channels
   * in which something was written since anything was judged last.
   */
  const all = Effect.fn("Intake.toCatchUp")(function* (platform: ChatPlatform) {
    const { catch_up_max_age_sec, catch_up_max_messages } = yield* settings.current
    if (catch_up_max_age_sec === 0 || catch_up_max_messages === 0) return { channels: [], threads: [] }
    const limit = catch_up_max_messages
    const oldest = (yield* Clock.currentTimeMillis) - catch_up_max_age_sec * 1000
    const rows = yield* persist(channels.search(""))
    const here = rows.filter(({ active, platform: on }) => active && on === platform.name)
    const known = new Map(rows.map((row) => [row.channel_id, row]))
    const open = yield* platform.threads.pipe(
      Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.succeed([]) }),
      Effect.catchTag("DeliveryFailed", (failed) =>
        Effect.as(Effect.logWarning("Open threads could not be listed; those that are new are met later", failed), [])
      )
    )
    const moved = yield* persist(marks.lastMoved(platform.name))
    const busy = moved === undefined ? [] : yield* busySince(platform, Math.max(oldest, moved - underWay))
    const strange = busy.filter(({ place }) => known.get(place.channel_id)?.active !== true)
    const threads = open.filter(
      ({ channel_id, parent }) =>
        !known.has(channel_id) && parent !== null && known.get(parent.channel_id)?.active === true
    )
    return {
      channels: [
        ...here.map(({ channel_id, created_at }): Wanted => ({
          channel: channel_id,
          since: Math.max(oldest, created_at - clocksApart),
          limit
        })),
        ...strange.map(({ after, place }): Wanted => ({ channel: place.channel_id, since: oldest, limit, after }))
      ],
      threads: threads.map((place) => ({ place, wanted: { channel: place.channel_id, since: oldest, limit } }))
    }
  })

  return { all, channel }
})
