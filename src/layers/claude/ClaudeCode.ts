/** The first agent engine: the real Claude Code CLI in a box, stream-json both ways, its model behind the relay's socket. */
import { Effect, Layer, Option } from "effect"
import { dirname } from "node:path"
import { Agent, type AdoptSpec, type AgentSpec, type SessionChoice } from "../../services/Agent.ts"
import { Sandbox } from "../../services/Sandbox.ts"
import { argv, env, startMode } from "./Arguments.ts"
import * as Running from "./Running.ts"
import { exists, holds } from "./Transcript.ts"

/** A session that a process lost earlier had already begun is resumed: the CLI refuses to begin it twice. */
const choose = Effect.fnUntraced(function* ({ box, session }: AgentSpec): Effect.fn.Return<SessionChoice> {
  if (session._tag === "Resume") return session
  // Where the host's own is shared, sessions are there.
  const shared = box.mounts
    .filter(({ target }) => target === `${box.home}/.claude`)
    .map(({ source }) => dirname(source))
  const begun = yield* Effect.findFirst([...shared, box.home], (home) => exists(home, session.sessionId))
  return Option.isSome(begun) ? { _tag: "Resume", sessionId: session.sessionId } : session
})

export const layer = Layer.effect(
  Agent,
  Effect.gen(function* () {
    const sandbox = yield* Sandbox

    const open = Effect.fn("ClaudeCode.open")(function* (spec: AgentSpec) {
      const session = yield* choose(spec)
      const box = yield* sandbox.start({ ...spec.box, argv: argv({ ...spec, session }), env: env(spec) })
      return yield* Running.make(box, { costTotal: 0, mode: startMode, begun: false, model: spec.model, cursor: null })
    })

    const adopt = Effect.fn("ClaudeCode.adopt")(function* (spec: AdoptSpec) {
      const box = yield* sandbox.adopt(spec.processId, spec.since)
      if (box === undefined) return undefined
      const { cursor, costTotal } = spec
      return yield* Running.make(box, { costTotal, mode: null, begun: cursor !== null, model: null, cursor })
    })

    return Agent.of({ open, adopt, holds })
  })
)
