/** Whose account a run's calls are on, and how the limits stand that hold for it. */
import { Clock, Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import {
  allowed,
  canBeRaised,
  isNear,
  limitsOf,
  type Spender,
  type Standing,
  stepOf
} from "../../domain/budget/Limits.ts"
import * as Words from "../../domain/budget/Words.ts"
import { AskId, type ChannelId } from "../../domain/Ids.ts"
import type { Run } from "../../domain/Run.ts"
import { Channels } from "../../services/Channels.ts"
import { Messages } from "../../services/Messages.ts"
import { Settings } from "../../services/Settings.ts"
import { Spending } from "../../services/Spending.ts"

/** What a limit is known by, as it stands. */
export const nameOf = (standing: Standing): string =>
  `${standing.level} ${standing.scope} ${standing.period} ${allowed(standing)}`

export const make = Effect.gen(function* () {
  const channels = yield* Channels
  const messages = yield* Messages
  const random = yield* SecureRandom.SecureRandom
  const settings = yield* Settings
  const spending = yield* Spending

  const budgetOf = Effect.fnUntraced(function* (root: ChannelId | null) {
    if (root === null) return {}
    const row = yield* Effect.catchTag(channels.get(root), "ChannelNotFound", () => Effect.undefined)
    return row?.settings.budget ?? {}
  })

  /** A deleted channel's run still counts where it was. */
  const rootOf = Effect.fnUntraced(function* (id: ChannelId) {
    const row = yield* Effect.catchTag(channels.get(id), "ChannelNotFound", () => Effect.undefined)
    return row?.parent_id ?? id
  })

  const limits = Effect.fnUntraced(function* ({
    root,
    ...spender
  }: { readonly root: ChannelId | null } & Omit<Spender, "root">) {
    const { budget, timezone } = yield* settings.current
    const own = yield* budgetOf(root)
    const now = yield* Clock.currentTimeMillis
    const budgets = { everywhere: budget, channel: own }
    return limitsOf(budgets, { ...spender, root: root ?? ("" as ChannelId) }, timezone, now)
  })

  const standings = (spender: Parameters<typeof limits>[0]) =>
    Effect.flatMap(limits(spender), (all) => Effect.forEach(all, spending.standing))

  /** The button that an owner allows more with; none where that is not how one goes on. */
  const buttons = Effect.fnUntraced(function* (place: ChannelId, standing: Standing) {
    if (!canBeRaised(standing)) return []
    const { level, period, scope, until } = standing
    const ask_id = yield* spending.ask({
      ask_id: AskId.make(yield* random.uuidV7()),
      place,
      level,
      scope,
      period,
      until,
      amount_usd: stepOf(standing),
      asked_at: yield* Clock.currentTimeMillis
    })
    return Words.buttons(ask_id, standing)
  })

  /** Says it once for each limit, and again where it was raised and is nearly used up anew. */
  const warn = Effect.fnUntraced(function* (run: Pick<Run, "run_id" | "channel_id">, all: ReadonlyArray<Standing>) {
    for (const standing of all.filter(isNear)) {
      const name = nameOf(standing)
      if (!(yield* spending.noteOnce(`near ${name}`, yield* Clock.currentTimeMillis))) continue
      const shown = yield* buttons(run.channel_id, standing)
      yield* messages.say({
        ...run,
        key: `budget:${name}`,
        content: Words.near(standing),
        ...(shown.length > 0 && { buttons: shown }),
        verbatim: true,
        aside: true
      })
    }
  })

  return { rootOf, standings, buttons, warn }
})

export type Account = Effect.Success<typeof make>
