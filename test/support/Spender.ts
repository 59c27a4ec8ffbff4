/** Agents that make model calls: each one dollar, for the price of forty thousand tokens written by `claude-opus-4-5`. */
import { Effect } from "effect"
import { noCall } from "../../src/domain/budget/Prices.ts"
import type { Admission, ModelUse } from "../../src/services/ModelRelay.ts"
import type { Script, Stage } from "../../src/services/AgentScriptedProcess.ts"
import type { Outside } from "./Outside.ts"

export const model = "claude-opus-4-5"
export const oneDollar: ModelUse = { model, usage: { ...noCall, output: 40_000 }, estimated: false }

/** What was let through and what was not, by the prompt of the run. */
export const make = (outside: Outside["Service"]) => {
  let made = 0
  let refused = 0

  /** One call through the process's line, of the run that it has at that moment. */
  const ask = (stage: Stage): Effect.Effect<Admission> =>
    Effect.suspend(() => {
      const { processId } = stage.spec.box
      const run = outside.sockets.get(processId)
      const watch = outside.models.get(processId)
      if (run === undefined || run === null || watch === undefined) return Effect.die(new Error("no line to the model"))
      return Effect.tap(watch.admit(run, { model, bytes: 2000, maxTokens: 40_000 }), ({ _tag }) =>
        Effect.sync(() => (_tag === "Go" ? made++ : refused++))
      )
    })

  /** Calls, answers at once and pays; whether it was let through. */
  const call = (stage: Stage) =>
    Effect.flatMap(ask(stage), (admission) =>
      admission._tag === "Go" ? Effect.as(admission.ended(oneDollar), true) : Effect.succeed(false)
    )

  /** Never stops by itself. What is refused ends its turn with the API's error, unless it is interrupted before. */
  const runaway: Script = (_, stage) =>
    Effect.gen(function* () {
      yield* stage.tell({ _tag: "TextDelta", messageUuid: "m-part", offset: 0, text: "So far", reset: false })
      while (yield* call(stage)) yield* Effect.yieldNow
      yield* Effect.never
    })

  /** So many calls, then its answer. */
  const spending =
    (calls: number): Script =>
    (_, stage) =>
      Effect.gen(function* () {
        for (let count = 0; count < calls; count++) {
          if (!(yield* call(stage))) return yield* Effect.never
        }
        yield* stage.say("Done.")
      })

  return { ask, call, runaway, spending, made: () => made, refused: () => refused }
}
