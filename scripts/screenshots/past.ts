/** What lies behind the scene: tasks with what became of their times, runs that have ended, and what they cost. */
import { Clock, Effect } from "effect"
import { type ChannelId, RunId } from "../../src/domain/Ids.ts"
import type { RunEnd } from "../../src/domain/Run.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Spending } from "../../src/services/Spending.ts"
import { type Ending, Tasks } from "../../src/services/Tasks.ts"
import { Api } from "../../test/support/Api.ts"
import { begin } from "../../test/support/PlayedAgent.ts"

interface Rooms {
  readonly shop: ChannelId
  readonly infra: ChannelId
  readonly docs: ChannelId
  /** Nobody talks there but a task. */
  readonly errors: ChannelId
}

const minute = 60_000
const day = 24 * 60 * minute
const usage = { input_tokens: 1210, output_tokens: 2480, cache_read_tokens: 61_300, cache_write_tokens: 5200 }

/** Ended so many minutes ago. */
const ran = Effect.fnUntraced(function* (
  id: string,
  channel: ChannelId,
  status: RunEnd,
  given: { readonly ago: number; readonly seconds: number; readonly cost: number; readonly result?: string }
) {
  const queued = yield* Messages.use((all) => all.queued(channel))
  const letters = queued.map(({ message_id }) => message_id)
  const played = yield* begin(id, channel, letters)
  yield* played.end(status)
  const ended_at = Date.now() - given.ago * minute
  yield* Runs.use((all) =>
    all.patch(played.run.run_id, {
      started_at: ended_at - given.seconds * 1000,
      ended_at,
      cost_usd: given.cost,
      ...(status === "completed" && { result: given.result ?? "Two causes, both mended: pull requests 318 and 319." }),
      usage,
      ...(status === "failed" && { reason: "The model was overloaded, also after ten tries in four minutes." })
    })
  )
})

/** The id of the one whose page is shown. */
export const tasks = Effect.fnUntraced(function* ({ docs, errors, infra, shop }: Rooms) {
  const api = yield* Api
  const add = (task: Readonly<Record<string, unknown>>) =>
    Effect.map(api.call("POST", "/api/tasks", task), ({ json }) => (json as { readonly id: number }).id)
  const weekdays = { type: "cron", timezone: "Europe/Berlin" }
  const prompt =
    "Look at the errors of the last day in Sentry. Group them by cause, mend what is plainly ours, and open one pull request for each."
  const shown = yield* add({ ...weekdays, channel_id: errors, schedule: "30 7 * * mon-fri", prompt })
  yield* add({
    ...weekdays,
    channel_id: shop,
    schedule: "0 16 * * fri",
    prompt: "Write the release notes of the week from what was merged, and post them here."
  })
  yield* add({
    ...weekdays,
    channel_id: infra,
    schedule: "0 6 * * mon",
    prompt: "Update the dependencies, run the tests, and open a pull request where they pass."
  })
  yield* add({
    type: "interval",
    channel_id: infra,
    schedule: "12h",
    prompt: "Check that last night’s backup can be restored."
  })
  yield* add({
    ...weekdays,
    channel_id: docs,
    schedule: "0 9 * * tue,thu",
    prompt: "Try every example in the API guide, and mend those that do not work any more."
  })
  yield* add({
    type: "once",
    channel_id: docs,
    timezone: "America/New_York",
    schedule: new Date(Date.now() + 4 * day).toISOString().slice(0, 10).concat(" 10:00"),
    prompt: "Archive the guide of version 1; its support ends today."
  })
  yield* past(shown, errors)
  return shown
})

const past = Effect.fnUntraced(function* (id: number, channel: ChannelId) {
  const endings: ReadonlyArray<readonly [daysAgo: number, ending: Ending]> = [
    [6, { status: "ran", reason: null, counts: false }],
    [5, { status: "ran", reason: null, counts: false }],
    [4, { status: "failed", reason: "The model was overloaded, also after ten tries in four minutes.", counts: true }],
    [3, { status: "ran", reason: null, counts: false }],
    [2, { status: "ran", reason: null, counts: false }],
    [1, { status: "ran", reason: null, counts: false }]
  ]
  const all = yield* Tasks
  for (const [daysAgo, ending] of endings) {
    const task = yield* Effect.fromNullishOr(yield* all.get(id))
    const at = Math.floor((Date.now() - daysAgo * day) / day) * day + 6.5 * 60 * minute
    const verdict = { at, status: "waiting", reason: null, aside: false } as const
    const [occurrence] = yield* all.claim([{ task, next: undefined, verdicts: [verdict] }], at)
    if (occurrence === undefined) continue
    const run = `task-${id}-${daysAgo}`
    const ago = (Date.now() - at) / minute - 4
    yield* ran(run, channel, ending.status === "ran" ? "completed" : "failed", {
      ago,
      seconds: 140 + 22 * daysAgo,
      cost: 0.31 + daysAgo / 20
    })
    yield* all.begun(occurrence, RunId.make(run))
    const clock = yield* Clock.Clock
    const then = at + (140 + 22 * daysAgo) * 1000
    yield* all.end(occurrence, ending).pipe(
      Effect.provideService(
        Clock.Clock,
        Object.assign(Object.create(clock) as Clock.Clock, {
          currentTimeMillisUnsafe: () => then,
          currentTimeMillis: Effect.succeed(then)
        })
      )
    )
  }
})

export const runs = Effect.fnUntraced(function* ({ docs, infra, shop }: Rooms) {
  const ended = [
    [
      "docs-1",
      docs,
      "completed",
      { ago: 26, seconds: 94, cost: 0.21, result: "The guide has a page about webhooks now." }
    ],
    ["infra-1", infra, "stopped", { ago: 51, seconds: 33, cost: 0.04 }],
    [
      "shop-1",
      shop,
      "completed",
      { ago: 74, seconds: 312, cost: 0.88, result: "Gift cards can be split over two orders." }
    ],
    ["docs-2", docs, "completed", { ago: 190, seconds: 61, cost: 0.12, result: "All 41 examples run." }],
    ["infra-2", infra, "failed", { ago: 265, seconds: 251, cost: 0.4 }],
    [
      "shop-2",
      shop,
      "completed",
      { ago: 340, seconds: 187, cost: 0.52, result: "The search finds articles by their old names." }
    ]
  ] as const
  for (const [id, channel, status, given] of ended.toReversed()) yield* ran(id, channel, status, given)
})

export const spend = Effect.fnUntraced(function* ({ docs, infra, shop }: Rooms) {
  const add = (
    at: number,
    channel_id: ChannelId,
    run: string,
    model: string,
    cost_usd: number,
    task_id: number | null
  ) =>
    Spending.use((all) =>
      all.add({
        at,
        run_id: RunId.make(run),
        channel_id,
        root_id: channel_id,
        task_id,
        model,
        usage,
        cost_usd,
        estimated: false
      })
    )
  for (let ago = 29; ago >= 0; ago--) {
    // Weeks have their quiet days, and no two days are the same.
    const at = Date.now() - ago * day - minute
    const weekday = new Date(at).getUTCDay()
    const busy = (weekday === 0 || weekday === 6 ? 0.25 : 1) * (0.7 + 0.45 * Math.sin(ago * 1.7) ** 2)
    yield* add(at, shop, `s-${ago}`, "claude-opus-4-5", 3.1 * busy, null)
    yield* add(at, shop, `t-${ago}`, "claude-sonnet-4-5", 0.9 * busy, 1)
    yield* add(at, infra, `i-${ago}`, "claude-sonnet-4-5", 1.2 * busy, ago % 2 === 0 ? 3 : null)
    yield* add(at, docs, `d-${ago}`, "claude-haiku-4-5", 0.35 * busy, null)
  }
})
