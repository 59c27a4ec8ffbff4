/**
 * Shows on a chat platform what its runs do: a live status message for each, and that we type. One reader of the journal
 * per platform, one fiber per run; rows tell a new server what the last one left.
 */
import { Deferred, Effect, FiberSet, Layer, Queue, Schema, Stream } from "effect"
import { ChannelGate } from "../actors/ChannelGate.ts"
import { supervise } from "../actors/Supervisor.ts"
import type { LiveEvent } from "../domain/ChannelEvent.ts"
import * as StatusText from "../domain/chat/StatusText.ts"
import { type ChannelId, platformOf, type RunId } from "../domain/Ids.ts"
import { type ChatPlatform, ChatPlatforms } from "../services/ChatPlatform.ts"
import { Journal } from "../services/Journal.ts"
import { Messages } from "../services/Messages.ts"
import { Requests } from "../services/Requests.ts"
import { Runs } from "../services/Runs.ts"
import { Selves } from "../services/Selves.ts"
import { StatusMessages } from "../services/StatusMessages.ts"
import * as Status from "./Status.ts"
import * as Typing from "./Typing.ts"

const isDeletion = Schema.is(Schema.Struct({ channel_id: Schema.String, deleted: Schema.Literal(true) }))

const present = Effect.fnUntraced(function* (platform: ChatPlatform) {
  const gate = yield* ChannelGate
  const messages = yield* Messages
  const requests = yield* Requests
  const runs = yield* Runs
  const run = yield* FiberSet.makeRuntime<
    Effect.Services<ReturnType<typeof Status.follow>> | Effect.Services<ReturnType<typeof Status.close>> | Selves
  >()
  const live = new Map<RunId, Status.Followed>()
  const isOurs = (channel: ChannelId) => platformOf(channel) === platform.name
  const logged = (what: string) => Effect.catchCause((cause) => Effect.logWarning(what, cause))

  // It may take for ever until the platform knows us, and nothing waits for it.
  run(
    platform.self.pipe(
      Effect.flatMap((self) => Selves.use((selves) => selves.keep(platform.name, self))),
      logged("It could not be noted who we are there")
    )
  )

  const begin = Effect.fnUntraced(function* (
    { channel_id, run_id, started_at }: { channel_id: ChannelId; run_id: RunId; started_at: number },
    again: boolean
  ) {
    if (live.has(run_id)) return
    const queued = yield* messages.queued(channel_id)
    const waiting = (yield* requests.approvals(run_id)).filter(({ status }) => status === "pending")
    const followed: Status.Followed = {
      run_id,
      channel_id,
      status: {
        ...StatusText.initial(started_at, queued.length),
        waiting: new Set(waiting.map(({ approval_id }) => approval_id))
      },
      changed: yield* Queue.sliding<void>(1),
      ended: yield* Deferred.make<void>(),
      crowd: () => live.size
    }
    live.set(run_id, followed)
    run(Typing.once(platform, channel_id))
    const forSlot = gate.waitsFor(channel_id).pipe(
      Effect.map((waits) => waits === "slot"),
      Effect.catchCause(() => Effect.succeed(false))
    )
    run(Status.follow(platform, followed, forSlot, again).pipe(logged("A run could not be shown")))
  })

  const end = (id: RunId) =>
    Effect.suspend(() => {
      const followed = live.get(id)
      live.delete(id)
      return followed === undefined ? Effect.void : Deferred.succeed(followed.ended, undefined)
    })

  /** With a channel its runs are gone, without an end of their own. */
  const gone = Effect.fnUntraced(function* ({ data }: LiveEvent) {
    if (!isDeletion(data)) return
    for (const { channel_id, run_id } of live.values()) if (channel_id === data.channel_id) yield* end(run_id)
  })

  const concerned = (event: LiveEvent): Status.Followed | undefined => {
    if (event.run_id !== null) return live.get(event.run_id)
    if (event.type !== "queue.changed") return undefined
    for (const followed of live.values()) if (followed.channel_id === event.channel_id) return followed
    return undefined
  }

  const hear = Effect.fnUntraced(function* (event: LiveEvent) {
    const { at, channel_id, run_id, type } = event
    if (type === "channel.changed") return yield* gone(event)
    if (channel_id === null || !isOurs(channel_id)) return
    if (type === "run.started" && run_id !== null) return yield* begin({ channel_id, run_id, started_at: at }, false)
    if (type === "run.ended" && run_id !== null) return yield* end(run_id)
    const followed = concerned(event)
    if (followed === undefined) return
    const status = StatusText.hear(followed.status, event)
    if (status === followed.status) return
    followed.status = status
    yield* Queue.offer(followed.changed, undefined)
  })

  const events = yield* Journal.use((journal) => journal.subscribe({}))
  // Behind the subscription: what begins or ends from now on is heard.
  const alive = (yield* runs.allLive).filter(({ channel_id }) => isOurs(channel_id))
  for (const left of alive) yield* begin(left, true)
  for (const row of yield* StatusMessages.use(({ unclosed }) => unclosed)) {
    if (isOurs(row.channel_id) && !live.has(row.run_id)) {
      run(Status.close(platform, row).pipe(logged("A status message could not be taken away")))
    }
  }
  run(
    Typing.refresh(platform, () => [
      ...new Set(
        [...live.values()].filter(({ status }) => status.waiting.size === 0).map(({ channel_id }) => channel_id)
      )
    ])
  )
  yield* Stream.runForEach(events, hear)
})

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    for (const platform of (yield* ChatPlatforms).values()) {
      yield* supervise(`presenter of ${platform.name}`, Effect.scoped(present(platform)))
    }
  })
)
