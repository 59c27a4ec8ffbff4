/** Pieces of scripts for the scripted engine. */
import { Deferred, Effect } from "effect"
import type { AgentAnswer, AgentRequest } from "../../src/domain/AgentEvent.ts"
import type { Script, Stage } from "../../src/services/AgentScriptedProcess.ts"

/** A turn that the test holds in its hand. */
export interface Held {
  readonly script: Script
  readonly release: Effect.Effect<void>
}

/** Streams the beginning of a text, and goes on when it is released. */
export const writing = (begun: string, text = begun): Held => {
  const released = Deferred.makeUnsafe<void>()
  return {
    script: (_, stage) =>
      stage
        .tell({ _tag: "TextDelta", messageUuid: `m-${begun}`, offset: 0, text: begun, reset: false })
        .pipe(Effect.andThen(Deferred.await(released)), Effect.andThen(stage.say(text))),
    release: Effect.asVoid(Deferred.succeed(released, undefined))
  }
}

/** Uses a tool while `work` is done. */
export const tool = <A>(stage: Stage, name: string, work: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.gen(function* () {
    const toolUseId = `${name}-use`
    yield* stage.tell({ _tag: "ToolStarted", uuid: `${name}-start`, toolUseId, name, input: {} })
    const result = yield* work
    yield* stage.tell({ _tag: "ToolEnded", uuid: `${name}-end`, toolUseId, isError: false, output: "done" })
    return result
  })

/** Uses a tool until it is released. */
export const working = (text = "Done."): Held => {
  const released = Deferred.makeUnsafe<void>()
  return {
    script: (_, stage) => Effect.andThen(tool(stage, "Bash", Deferred.await(released)), stage.say(text)),
    release: Effect.asVoid(Deferred.succeed(released, undefined))
  }
}

export const permission = (toolName = "Bash"): AgentRequest => ({
  _tag: "Permission",
  toolUseId: "t1",
  tool: toolName,
  input: { command: "ls" }
})

const told = (answer: AgentAnswer): string => (answer._tag === "Deny" ? `Denied: ${answer.message}` : answer._tag)

/** Asks for something and says what it was told. */
export const asking =
  (request: AgentRequest = permission()): Script =>
  (_, stage) =>
    Effect.flatMap(stage.ask(request), (answer) => stage.say(told(answer)))
