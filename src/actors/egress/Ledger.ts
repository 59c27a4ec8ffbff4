/** What a process reached and was refused, told to its run: each host at once the first time, what went through at the end. */
import { Clock, Effect } from "effect"
import type { ChannelId, RunId } from "../../domain/Ids.ts"
import * as Metrics from "../../domain/Metrics.ts"
import type { EgressDecision } from "../../services/Egress.ts"
import type { Journal } from "../../services/Journal.ts"
import type { StoreError } from "../../services/Store.ts"

/** Hosts that one run can fill the journal with. */
const most = 200

interface Tally extends EgressDecision {
  times: number
  bytes: number
}

const shown = ({ host, port, refusal, secrets = [] }: EgressDecision) =>
  refusal === null
    ? { host, port, decision: "allowed", ...(secrets.length > 0 && { secret: secrets.join(", ") }) }
    : { host, port, decision: "refused", reason: refusal }

/** `met`: what is to be done beside it when a run meets a refusal for the first time. */
export const make = (
  journal: Journal["Service"],
  channel_id: ChannelId,
  met: (run: RunId, decision: EgressDecision) => Effect.Effect<void, StoreError>
) => {
  let run: RunId | null = null
  let tallies = new Map<string, Tally>()
  /** Decisions about hosts beyond those that are told. */
  let more = 0

  const append = (run_id: RunId | null, all: ReadonlyArray<Readonly<Record<string, string | number>>>) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) =>
      journal.append(all.map((data) => ({ type: "run.egress" as const, at, channel_id, run_id, data })))
    )
  const logged = Effect.catchCause((cause) => Effect.logError("What a box reached could not be told", cause))

  const decided = (decision: EgressDecision): Effect.Effect<void> =>
    Effect.andThen(Metrics.decided(decision.refusal), () => {
      const key = `${decision.refusal} ${decision.host}:${decision.port}`
      const known = tallies.get(key)
      if (known !== undefined) {
        known.times++
        return Effect.void
      }
      if (tallies.size >= most) {
        more++
        return Effect.void
      }
      tallies.set(key, { ...decision, times: 1, bytes: 0 })
      const present = run
      return append(present, [shown(decision)]).pipe(
        Effect.andThen(present !== null && decision.refusal !== null ? met(present, decision) : Effect.void)
      )
    }).pipe(logged)

  const carried = (host: string, port: number, bytes: number): Effect.Effect<void> =>
    Effect.sync(() => {
      const tally = tallies.get(`null ${host}:${port}`)
      if (tally !== undefined) tally.bytes += bytes
    })

  /** From now on it is told to this run; the one before gets its totals. */
  const assign = (next: RunId | null): Effect.Effect<void> =>
    Effect.suspend(() => {
      const past = run
      const all = [...tallies.values()].filter(({ bytes, times }) => bytes > 0 || times > 1)
      const totals = all.map((tally) => Object.assign(shown(tally), { times: tally.times, bytes: tally.bytes }))
      if (more > 0) totals.push({ host: "*", port: 0, decision: "more", times: more, bytes: 0 })
      run = next
      tallies = new Map()
      more = 0
      return totals.length === 0 ? Effect.void : append(past, totals)
    }).pipe(logged)

  return { decided, carried, assign }
}
