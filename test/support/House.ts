/**
 * A whole supervisor on virtual time: every actor over the real store on a file, with what lies `Outside` of it scripted.
 * `serving` may be called more than once in a test: the next one begins where the last one was left.
 */
import { assert } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as AgentsLive from "../../src/actors/agents/AgentsLive.ts"
import * as AuthorizerLive from "../../src/actors/AuthorizerLive.ts"
import * as BudgetLive from "../../src/actors/budget/BudgetLive.ts"
import * as ChannelGate from "../../src/actors/ChannelGate.ts"
import * as ChannelLive from "../../src/actors/ChannelLive.ts"
import * as ClaimsLive from "../../src/actors/ClaimsLive.ts"
import * as ConversationsLive from "../../src/actors/ConversationsLive.ts"
import * as OutboxWorker from "../../src/actors/OutboxWorker.ts"
import * as Scheduler from "../../src/actors/Scheduler.ts"
import * as SlotsLive from "../../src/actors/SlotsLive.ts"
import * as Sweep from "../../src/actors/Sweep.ts"
import * as TaskControlLive from "../../src/actors/tasks/TaskControlLive.ts"
import type { Channel, ChannelSettings } from "../../src/domain/Channel.ts"
import { type ApprovalId, ChannelId, MessageId } from "../../src/domain/Ids.ts"
import * as Cluster from "../../src/layers/Cluster.ts"
import * as Store from "../../src/layers/store/index.ts"
import * as Masker from "../../src/domain/secrets/Masker.ts"
import * as Presenter from "../../src/platforms/Presenter.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Masking } from "../../src/services/Masking.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import type { Subject } from "../../src/services/Tokens.ts"
import type { Crash } from "./Crash.ts"
import { layer as outsideLayer, Outside } from "./Outside.ts"

export const owner: Subject = { kind: "owner" }

const supervisor = (outside: Outside["Service"], crash: Crash | undefined) => {
  const world = Layer.merge(outside.layer, Store.layer(outside.database, { synchronous: "NORMAL" }))
  return actors.pipe(
    Layer.provideMerge(crash === undefined ? world : crash.around(world)),
    // Not the process's: what other tests keep secret would hold texts back here.
    Layer.provideMerge(Layer.sync(Masking, Masker.make))
  )
}

export const actors = Layer.mergeAll(
  ChannelLive.layer,
  OutboxWorker.layer,
  Presenter.layer,
  Sweep.layer,
  Scheduler.layer
).pipe(
  Layer.provideMerge(ConversationsLive.layer),
  Layer.provideMerge(TaskControlLive.layer),
  Layer.provideMerge(ChannelGate.layer),
  Layer.provideMerge(Cluster.layer),
  Layer.provideMerge(AgentsLive.layer),
  Layer.provideMerge(SlotsLive.layer),
  Layer.provideMerge(BudgetLive.layer),
  Layer.provideMerge(ClaimsLive.layer),
  Layer.provideMerge(AuthorizerLive.layer)
)

/** Lets everything go on that can go on without time passing. */
export const settle = Effect.repeat(Effect.yieldNow, { times: 300 })

/** Ends a supervisor in an orderly way; what it waits for at its end is given. */
const shutDown = Effect.fnUntraced(function* (scope: Scope.Closeable) {
  const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
  for (let seconds = 0; seconds < 30 && closing.pollUnsafe() === undefined; seconds++) {
    yield* settle
    yield* TestClock.adjust("1 second")
  }
  yield* Fiber.join(closing)
})

/** Runs `body` against a supervisor of its own, from its start to its end (or its death, before). */
export const serving = <A, E, R>(body: Effect.Effect<A, E, R>, crash?: Crash) =>
  Effect.flatMap(Outside, (outside) =>
    Effect.acquireUseRelease(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const context = yield* Layer.buildWithMemoMap(supervisor(outside, crash), Layer.makeMemoMapUnsafe(), scope)
        return { scope, context }
      }),
      // The first tick gives the cluster its shards.
      ({ context }) => TestClock.adjust(1).pipe(Effect.andThen(body), Effect.provide(context)),
      ({ scope }) => shutDown(scope)
    )
  )

/** A test against one supervisor: `keys` are its configuration. */
export const house = <A, E, R>(body: Effect.Effect<A, E, R>, keys: Parameters<typeof outsideLayer>[0] = {}) =>
  serving(body).pipe(Effect.provide(outsideLayer(keys)))

/** Waits, without time passing, until there is something to see. */
export const until = Effect.fnUntraced(function* <A, E, R>(
  what: string,
  look: Effect.Effect<A | undefined | false, E, R>
) {
  for (let tries = 0; tries < 3000; tries++) {
    const seen = yield* look
    if (seen !== undefined && seen !== false) return seen
    yield* Effect.yieldNow
  }
  return assert.fail(`it did not happen: ${what}`)
})

/** The same where real files take part: their time passes by itself, and the test's own limit ends it. */
export const soon = Effect.fnUntraced(function* <A, E, R>(look: Effect.Effect<A | undefined | false, E, R>) {
  for (;;) {
    const seen = yield* look
    if (seen !== undefined && seen !== false) return seen
    yield* Effect.promise(() => new Promise((go) => setImmediate(go)))
  }
})

/** Lets time pass in steps, so that what each of them sets going can go on before the next. */
export const pass = Effect.fnUntraced(function* (seconds: number, step = 1) {
  for (let passed = 0; passed < seconds; passed += step) {
    yield* settle
    yield* TestClock.adjust(`${Math.min(step, seconds - passed)} seconds`)
  }
  yield* settle
})

/** A channel by a name of the test's choice. */
export const room = (
  name: string,
  settings: ChannelSettings = {},
  dir_path?: string
): Effect.Effect<Channel, never, Channels> =>
  Effect.gen(function* () {
    const channels = yield* Channels
    const channel_id = ChannelId.make(`local:${name}`)
    yield* channels.upsert({ channel_id, platform: "local", name, ...(dir_path !== undefined && { dir_path }) })
    return yield* channels.patch(channel_id, { settings })
  }).pipe(Effect.orDie)

export type Room = Channel
type Place = Pick<Channel, "channel_id">

/** Says something in a channel; the text is its id, too. */
export const post = ({ channel_id }: Place, content: string, kind: "prompt" | "raw" = "prompt") =>
  Effect.flatMap(Conversations, (conversations) =>
    conversations.post(owner, { channel_id, content, kind, author_name: "Ada", message_id: MessageId.make(content) })
  )

/** Stores a message, and tells nobody. */
export const accept = ({ channel_id }: Place, content: string) =>
  Messages.use((messages) =>
    messages.accept({
      channel_id,
      message_id: MessageId.make(content),
      author_id: "u1",
      author_name: "Ada",
      content,
      kind: "prompt",
      attachments: []
    })
  )

/** Waits for something that takes a little time, which passes. */
export const during = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
  for (let ticks = 0; ticks < 30 && fiber.pollUnsafe() === undefined; ticks++) {
    yield* settle
    yield* TestClock.adjust("100 millis")
  }
  return yield* Fiber.join(fiber)
})

/** Ends the channel's run. */
export const stop = ({ channel_id }: Place) =>
  during(Conversations.use((conversations) => conversations.stop(owner, channel_id)))

/** The channel's runs, oldest first. */
export const runs = ({ channel_id }: Place) =>
  Effect.map(
    Runs.use((rows) => rows.list({ channel_id, limit: 100 })),
    (found) => found.toReversed()
  )

const messages = ({ channel_id }: Place) =>
  Effect.map(
    Messages.use((rows) => rows.list(channel_id, { limit: 500 })),
    (found) => found.toReversed()
  )

/** What was said to people, in order. */
export const said = (place: Place) =>
  Effect.map(messages(place), (all) => all.filter(({ is_bot }) => is_bot).map(({ content }) => content))

/** What became of each message of a person, in order of arrival. */
export const states = (place: Place) =>
  Effect.map(messages(place), (all) =>
    Object.fromEntries(all.filter(({ is_bot }) => !is_bot).map(({ content, state }) => [content, state]))
  )

/** Waits until the channel has this many ended runs and none at work; the last one. */
export const ended = (place: Place, count = 1) =>
  until(
    `${count} ended runs in ${place.channel_id}`,
    Effect.map(runs(place), (all) => {
      const done = all.filter(({ ended_at }) => ended_at !== null)
      return done.length >= count && done.length === all.length ? done.at(-1) : undefined
    })
  )

/** Waits until a process has said that. */
export const heard = (text: string) =>
  until(
    `an agent says "${text}"`,
    Effect.map(Outside, (outside) =>
      outside
        .processes()
        .some(({ log }) =>
          log.some(({ event }) => (event._tag === "Text" || event._tag === "TextDelta") && event.text === text)
        )
    )
  )

/** Waits until this prompt has reached an agent. */
export const prompted = (text: string, times = 1) =>
  until(
    `the prompt "${text}"`,
    Effect.map(Outside, (outside) => outside.prompts().filter((prompt) => prompt === text).length >= times)
  )

/** Waits until the channel's run waits for a person; the newest open approval. */
export const asked = (place: Place) =>
  until(
    "an approval",
    Effect.gen(function* () {
      const run = (yield* runs(place)).find(({ status }) => status === "waiting")
      if (run === undefined) return undefined
      const approvals = yield* Requests.use((requests) => requests.approvals(run.run_id))
      return approvals.findLast(({ status }) => status === "pending")
    })
  )

/** Answers what an agent asks. */
export const decide = (
  { approval_id }: { readonly approval_id: ApprovalId },
  decision: "allow" | "allow_always" | "deny",
  message: string | null = null
) => Conversations.use((conversations) => conversations.decide(owner, approval_id, decision, message))

/** From now on nothing of the bot's can be stored. */
export const breakStorage = SqlClient.SqlClient.use(
  (sql) =>
    sql`CREATE TRIGGER refused BEFORE INSERT ON messages WHEN NEW.is_bot = 1 BEGIN SELECT RAISE(ABORT, 'no'); END`
)
export const mendStorage = SqlClient.SqlClient.use((sql) => sql`DROP TRIGGER refused`)

/** An approval as it is now. */
export const approvalOf = ({ approval_id }: { readonly approval_id: ApprovalId }) =>
  Requests.use((requests) => requests.approval(approval_id))
