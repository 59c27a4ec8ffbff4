/** `Budget`: each model call is let through by what was spent, and written down when it is over. */
import { Clock, Deferred, Effect, Layer, Schedule, Semaphore } from "effect"
import { isUsedUp, type Spender, type Standing } from "../../domain/budget/Limits.ts"
import { costOf, isKnown, mostOf } from "../../domain/budget/Prices.ts"
import * as Words from "../../domain/budget/Words.ts"
import type { ChannelId, RunId } from "../../domain/Ids.ts"
import type { Run } from "../../domain/Run.ts"
import { localAt } from "../../domain/tasks/Zone.ts"
import { Budget } from "../../services/Budget.ts"
import { Messages } from "../../services/Messages.ts"
import type { Admission, ModelCall, ModelUse } from "../../services/ModelRelay.ts"
import { Runs } from "../../services/Runs.ts"
import { Settings } from "../../services/Settings.ts"
import { Spending } from "../../services/Spending.ts"
import { UsageLimits } from "../../services/UsageLimits.ts"
import * as Account from "./Account.ts"
import * as Reservations from "./Reservations.ts"

type Stop = Parameters<Budget["Service"]["onStop"]>[1]
type Known = Pick<Run, "run_id" | "channel_id" | "task_id">

/** While storage fails, what was spent is written again and again; the call counts as under way for so long. */
const persistently = Schedule.max([Schedule.exponential("500 millis"), Schedule.recurs(8)])

const make = Effect.gen(function* () {
  const account = yield* Account.make
  const limits = yield* UsageLimits
  const messages = yield* Messages
  const runs = yield* Runs
  const settings = yield* Settings
  const spending = yield* Spending
  const reservations = Reservations.make()
  const oneAtATime = yield* Semaphore.make(1)
  const stops = new Map<RunId, Stop>()

  const spenderOf = Effect.fnUntraced(function* ({ channel_id, run_id, task_id }: Known) {
    return { root: yield* account.rootOf(channel_id), run_id, task_id } satisfies Spender
  })

  const stop = (run: RunId, ...how: Parameters<Stop>) => stops.get(run)?.(...how) ?? Effect.void

  const usedUp = Effect.fnUntraced(function* ({ channel_id, run_id }: Known, standing: Standing) {
    const sentence = Words.stopped(standing)
    yield* stop(run_id, "budget", { sentence, buttons: yield* account.buttons(channel_id, standing) })
    return { _tag: "Stop", sentence } satisfies Admission
  })

  const ended = Effect.fnUntraced(function* (
    { channel_id, run_id, task_id }: Known,
    spender: Spender,
    { estimated, model, usage }: ModelUse
  ) {
    const at = yield* Clock.currentTimeMillis
    const { cacheRead, cacheWrite, cacheWriteHour, input, output } = usage
    yield* spending.add({
      at,
      run_id,
      channel_id,
      root_id: spender.root,
      task_id,
      model,
      usage: {
        input_tokens: input,
        output_tokens: output,
        cache_read_tokens: cacheRead,
        cache_write_tokens: cacheWrite + cacheWriteHour
      },
      cost_usd: costOf(model, usage),
      estimated: estimated || !isKnown(model)
    })
    if (!isKnown(model) && (yield* spending.noteOnce(`price ${model}`, at))) {
      yield* Effect.logWarning("The price of a model is not known, so it counts as the dearest one that is").pipe(
        Effect.annotateLogs({ model })
      )
    }
  })

  const warned = (run: Known, spender: Spender) =>
    account.standings(spender).pipe(
      Effect.flatMap((all) => account.warn({ run_id: run.run_id, channel_id: run.channel_id }, all)),
      Effect.catchCause((cause) => Effect.logWarning("A budget that is nearly used up could not be warned of", cause))
    )

  /** A decision, or the call of the same run that it has to wait for. */
  const decide = Effect.fnUntraced(function* (id: RunId, call: ModelCall) {
    const run = yield* runs.get(id)
    const spender = { ...(yield* spenderOf(run)), run_id: id }
    const standings = yield* account.standings(spender)
    const over = standings.find(isUsedUp)
    if (over !== undefined) return yield* usedUp(run, over)
    const reserved = { ...spender, most: mostOf(call), over: yield* Deferred.make<void>() }
    const first = reservations.hindrance(reserved, standings)
    if (first !== undefined) return first
    const limit = yield* limits.get(run.channel_id, yield* Clock.currentTimeMillis)
    reservations.add(reserved)
    const write = (use: ModelUse) =>
      ended(run, spender, use).pipe(
        Effect.retry(persistently),
        Effect.catchCause((cause) => Effect.logError("What a model call has cost could not be stored", cause))
      )
    return {
      _tag: "Go",
      model: limit?.fallback ?? null,
      ended: (use) =>
        (use === null ? Effect.void : write(use)).pipe(
          Effect.ensuring(Effect.sync(() => reservations.end(reserved))),
          Effect.andThen(use === null || standings.length === 0 ? Effect.void : warned(run, spender))
        )
    } satisfies Admission
  }, oneAtATime.withPermits(1))

  const admit = Effect.fn("Budget.admit")(
    function* (id: RunId, call: ModelCall) {
      for (;;) {
        const decision = yield* decide(id, call)
        if ("_tag" in decision) return decision
        yield* Deferred.await(decision.over)
      }
    },
    Effect.catchCause((cause) =>
      Effect.as(Effect.logError("A model call was refused, since what was spent could not be read", cause), {
        _tag: "Stop" as const,
        sentence: "Loop could not read what has been spent, so it lets no model call through; its log says why"
      })
    )
  )

  const clock = Effect.fnUntraced(function* (until: number) {
    const { timezone } = yield* settings.current
    return Words.clock(localAt(timezone, until), timezone)
  })

  const limited = Effect.fn("Budget.limited")(
    function* (id: RunId, model: string, until: number) {
      const { channel_id } = yield* runs.get(id)
      const { fallback_model } = yield* settings.current
      const fallback = fallback_model === "" || fallback_model === model ? null : fallback_model
      const when = yield* clock(until)
      yield* limits.set({ channel_id, until, fallback, since: yield* Clock.currentTimeMillis })
      if (fallback === null) {
        yield* stop(id, "parked", { sentence: Words.parked(when), requeue: true })
        return null
      }
      const said = { channel_id, run_id: id, key: `budget:fallback ${until}`, content: Words.fellBack(when, fallback) }
      yield* messages.say({ ...said, aside: true })
      return fallback
    },
    Effect.catchCause((cause) => Effect.as(Effect.logError("A usage limit could not be dealt with", cause), null))
  )

  const hindrance = Effect.fn("Budget.hindrance")(function* (run: Known) {
    const over = (yield* account.standings(yield* spenderOf(run))).find(isUsedUp)
    if (over === undefined) return undefined
    const now = yield* Clock.currentTimeMillis
    return {
      sentence: Words.refused(over),
      buttons: yield* account.buttons(run.channel_id, over),
      news: yield* spending.noteOnce(`refused ${run.channel_id} ${Account.nameOf(over)}`, now)
    }
  })

  const onStop = (run: RunId, how: Stop) =>
    Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => stops.set(run, how)),
        () => Effect.sync(() => stops.get(run) === how && stops.delete(run))
      )
    )

  const parked = Effect.fnUntraced(function* (channel: ChannelId) {
    const limit = yield* limits.get(channel, yield* Clock.currentTimeMillis)
    return limit?.fallback === null ? limit : undefined
  })

  return Budget.of({
    watch: { admit, limited },
    hindrance,
    onStop,
    standings: (root) => account.standings({ root, run_id: null, task_id: null }),
    parked
  })
})

export const layer = Layer.effect(Budget, make)
