/**
 * A second engine, without a process or a model: proves that nothing above `Agent` knows Claude Code, and lets tests and
 * measurements decide what an agent does. Its world outlives its layer, as boxes outlive a supervisor.
 */
import { Effect, Layer, Scope } from "effect"
import type { ProcessId } from "../domain/Ids.ts"
import { Agent } from "./Agent.ts"
import * as Process from "./AgentScriptedProcess.ts"

/** Repeats what it is told. */
export const echo: Process.Script = (prompt, stage) => stage.say(`You said: ${prompt.text}`)

export interface World {
  /** Every process that was ever opened, in order. */
  readonly processes: ReadonlyMap<ProcessId, Process.ScriptedProcess>
  /** What each session has read; one that is taken out is gone. */
  readonly sessions: Process.Sessions
  readonly layer: Layer.Layer<Agent>
}

/** An empty world in which every agent follows the script. Processes live until the scope of the world closes. */
export const makeWorld = Effect.fn("AgentScripted.makeWorld")(function* (script: Process.Script = echo) {
  const scope = yield* Effect.scope
  const processes = new Map<ProcessId, Process.ScriptedProcess>()
  const sessions: Process.Sessions = new Map()

  const agent = Agent.of({
    open: Effect.fn("AgentScripted.open")(function* (spec) {
      const made = yield* Effect.provideService(Process.make(spec, script, sessions), Scope.Scope, scope)
      processes.set(spec.box.processId, made)
      return yield* made.attach(null)
    }),
    adopt: Effect.fn("AgentScripted.adopt")(function* ({ processId, cursor }) {
      return yield* processes.get(processId)?.attach(cursor) ?? Effect.undefined
    }),
    holds: (_home, sessionId, promptId) => Effect.sync(() => sessions.get(sessionId)?.has(promptId) === true)
  })
  const world: World = { processes, sessions, layer: Layer.succeed(Agent, agent) }
  return world
})

/** A world of its own, as long as the layer lives. */
export const layer = (script: Process.Script = echo): Layer.Layer<Agent> =>
  Layer.unwrap(Effect.map(makeWorld(script), (world) => world.layer))
