/** Requests from here to the engine, each with an id of its own and an answer that is waited for. */
import { Deferred, Effect, Schema } from "effect"
import { randomUUID } from "node:crypto"
import type { AgentGone } from "../../services/Agent.ts"
import type { Wire } from "./Wire.ts"

/** The engine does not do what it was asked. */
export class ControlRefused extends Schema.TaggedError<ControlRefused>()("ControlRefused", {
  subtype: Schema.String,
  code: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.subtype} was refused (${this.code}): ${this.detail}`
  }
}

type Answer = Deferred.Deferred<void, ControlRefused | AgentGone>

export interface Control {
  /** Returns when the engine has done it. */
  readonly ask: (
    request: { readonly subtype: string } & Readonly<Record<string, Schema.Json>>
  ) => Effect.Effect<void, ControlRefused | AgentGone>
  /** Takes an answer of the engine; answers to others' requests are passed over. */
  readonly answered: (line: Extract<Wire, { kind: "control_response" }>["line"]) => void
  /** Nothing will be answered any more. */
  readonly end: (gone: AgentGone) => void
}

export const make = (write: (line: Schema.Json) => Effect.Effect<void, AgentGone>): Control => {
  const waiting = new Map<string, { readonly subtype: string; readonly answer: Answer }>()
  let gone: AgentGone | undefined

  return {
    ask: (request) =>
      Effect.suspend(() => {
        if (gone !== undefined) return Effect.fail(gone)
        const id = randomUUID()
        const answer: Answer = Deferred.makeUnsafe()
        waiting.set(id, { subtype: request.subtype, answer })
        return write({ type: "control_request", request_id: id, request }).pipe(
          Effect.andThen(Deferred.await(answer)),
          Effect.ensuring(Effect.sync(() => waiting.delete(id)))
        )
      }),
    answered: ({ response }) => {
      const found = waiting.get(response.request_id)
      if (found === undefined) return
      const refused = new ControlRefused({
        subtype: found.subtype,
        code: response.error_code ?? "",
        detail: response.error ?? ""
      })
      Deferred.doneUnsafe(found.answer, response.subtype === "success" ? Effect.void : Effect.fail(refused))
    },
    end: (why) => {
      gone = why
      for (const { answer } of waiting.values()) Deferred.doneUnsafe(answer, Effect.fail(why))
    }
  }
}
