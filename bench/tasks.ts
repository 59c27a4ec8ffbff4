/**
 * A hundred thousand tasks in a thousand channels, over the real store and scheduler: what they cost while nothing is due,
 * how late they are when a thousand are due, and how long listing and editing take. Channels are woken, and do not run.
 */
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { join } from "node:path"
import { ChannelGate } from "../src/actors/ChannelGate.ts"
import * as Scheduler from "../src/actors/Scheduler.ts"
import * as TaskControlLive from "../src/actors/tasks/TaskControlLive.ts"
import { ChannelId } from "../src/domain/Ids.ts"
import { defaultOptions } from "../src/domain/tasks/Task.ts"
import * as Cluster from "../src/layers/Cluster.ts"
import * as SettingsFile from "../src/layers/SettingsFile.ts"
import * as Store from "../src/layers/store/index.ts"
import { Authorizer } from "../src/services/Authorizer.ts"
import { ChatPlatforms } from "../src/services/ChatPlatform.ts"
import { Conversations } from "../src/services/Conversations.ts"
import { TaskControl } from "../src/services/TaskControl.ts"
import { TemplateFiles } from "../src/services/TemplateFiles.ts"
import { quantile } from "./figure.ts"
import { directory, report, timed } from "./support.ts"

const channels = 1000
const tasks = 100_000
const idleSeconds = 20

const owner = { kind: "owner", token_id: "bench" } as const
const channelOf = (index: number) => ChannelId.make(`local:bench${index % channels}`)

const layer = (home: string, woken: (channel: ChannelId) => void) =>
  Layer.merge(Scheduler.layer, TaskControlLive.layer).pipe(
    Layer.provideMerge(Cluster.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        SettingsFile.layerTest({}, { HOME: home, LOOP_HOME: join(home, ".loop") }),
        Store.layer(join(home, "loop.sqlite")),
        SecureRandom.layerWebCrypto,
        Authorizer.layerOwner,
        Layer.succeed(ChatPlatforms, new Map()),
        Layer.mock(Conversations, {}),
        Layer.mock(TemplateFiles, {}),
        Layer.mock(ChannelGate, { wake: (id) => Effect.sync(() => woken(id)) })
      )
    )
  )

const fill = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const far = Date.now() + 30 * 86_400_000
  yield* sql.withTransaction(
    Effect.gen(function* () {
      for (let index = 0; index < channels; index++) {
        yield* sql`INSERT INTO channels (channel_id, platform, name, name_folded, active, settings, created_at)
          VALUES (${channelOf(index)}, 'local', ${`bench ${index}`}, ${`bench ${index}`}, 1, '{}', 0)`
      }
      for (let index = 0; index < tasks; index++) {
        yield* sql`INSERT INTO tasks ${sql.insert({
          channel_id: channelOf(index),
          type: "cron",
          schedule: "*/5 * * * *",
          prompt: "Look after the repository and tell what is new.",
          enabled: 1,
          options: JSON.stringify(defaultOptions),
          next_run_at: far + index,
          created_at: 0
        })}`
      }
    })
  )
})

/** Makes one task of each channel due in the second that begins at `from`; how late each was, in milliseconds. */
const lateness = Effect.fnUntraced(function* (
  due: (index: number, from: number) => number,
  first: number,
  watch: { woken: (channel: ChannelId) => void }
) {
  const sql = yield* SqlClient.SqlClient
  const from = Math.ceil(Date.now() / 1000) * 1000 + 4000
  const instants = new Map<ChannelId, number>()
  const late: Array<number> = []
  watch.woken = (channel) => void late.push(Date.now() - (instants.get(channel) ?? Number.NaN))
  yield* sql.withTransaction(
    Effect.forEach(
      Array.from({ length: channels }).keys(),
      (index) => {
        instants.set(channelOf(index), due(index, from))
        return sql`UPDATE tasks SET next_run_at = ${due(index, from)} WHERE task_id = ${first + index}`
      },
      { discard: true }
    )
  )
  // The scheduler hears of it as of any edit.
  yield* TaskControl.use((control) => control.edit(owner, tasks, { prompt: "Look." }))
  while (late.length < channels && Date.now() < from + 30_000) yield* Effect.sleep("100 millis")
  return late
})

const measure = Effect.gen(function* () {
  const watch: { woken: (channel: ChannelId) => void } = { woken: () => undefined }
  return yield* Effect.gen(function* () {
    yield* fill
    const control = yield* TaskControl
    yield* control.edit(owner, 1, { prompt: "Look." })
    yield* Effect.sleep("2 seconds")
    const cpu = process.cpuUsage()
    yield* Effect.sleep(`${idleSeconds} seconds`)
    const { system, user } = process.cpuUsage(cpu)

    const spread = yield* lateness((index, from) => from + ((index * 7919) % 1000), 1, watch)
    const together = yield* lateness((_, from) => from, 1 + channels, watch)

    const listed: Array<number> = []
    const edited: Array<number> = []
    for (let index = 0; index < 200; index++) {
      listed.push((yield* timed(control.list(owner, channelOf(index)))).ms)
      edited.push((yield* timed(control.edit(owner, 5000 + index, { schedule: `${index % 60} * * * *` }))).ms)
    }
    const against = `${tasks} tasks in ${channels} channels, file, synchronous=FULL`
    const idle = (user + system) / 10_000 / idleSeconds
    return [
      { what: "tasks: processor while nothing is due", value: idle, unit: "% of a core", against, atMost: 1 },
      { what: "tasks: 1000 due within a second, late, p50", value: quantile(spread, 0.5), unit: "ms", against },
      {
        what: "tasks: 1000 due within a second, late, p99",
        value: quantile(spread, 0.99),
        unit: "ms",
        against,
        atMost: 100
      },
      { what: "tasks: 1000 due at one instant, late, p99", value: quantile(together, 0.99), unit: "ms", against },
      { what: "tasks: a channel's 100 listed, p50", value: quantile(listed, 0.5), unit: "ms", against, atMost: 10 },
      { what: "tasks: one edited, p50", value: quantile(edited, 0.5), unit: "ms", against, atMost: 10 },
      { what: "tasks: one edited, p99", value: quantile(edited, 0.99), unit: "ms", against }
    ]
  }).pipe(Effect.provide(layer(yield* directory, (channel) => watch.woken(channel))))
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
