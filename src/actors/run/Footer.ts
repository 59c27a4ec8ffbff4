/** The line about time and cost, under all that a run has said on a chat platform. */
import { Effect } from "effect"
import { footer } from "../../domain/chat/Footer.ts"
import { platformOf } from "../../domain/Ids.ts"
import type { Run } from "../../domain/Run.ts"
import type { World } from "./World.ts"

/** Part of the transaction that stores the run's end, behind everything that is said in it. */
export const say = Effect.fnUntraced(function* (world: World, run: Run, durationMs: number) {
  if (platformOf(run.channel_id) === "local") return
  const { run_footer } = yield* world.settings.current
  const line = footer(run_footer, { durationMs, costUsd: run.cost_usd, usage: run.usage })
  if (line !== null) yield* world.messages.footer(run.run_id, line)
})
