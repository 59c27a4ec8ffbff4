/** Turns that the engine never began, so that it does not speak of their end. */
import { randomUUID } from "node:crypto"
import type { AgentEvent, TurnFailure } from "../../domain/AgentEvent.ts"
import { noUsage } from "../../domain/Run.ts"
import type { ControlRefused } from "./Control.ts"
import type { State } from "./State.ts"

/** The end of a turn that the engine never began. */
export const unbegun = (failure: TurnFailure, state: State): AgentEvent => ({
  _tag: "TurnEnded",
  uuid: randomUUID(),
  outcome: "failed",
  text: "",
  failure,
  sessionId: state.sessionId,
  costUsd: 0,
  usage: noUsage,
  turns: 0
})

export const refusal = (refused: ControlRefused): TurnFailure =>
  refused.subtype === "set_model"
    ? { kind: "api", status: 404, detail: refused.detail }
    : { kind: "engine", status: null, detail: refused.message }

/** The session had the prompt from an earlier process, and work on it had begun there. */
export const dealtWith: TurnFailure = {
  kind: "engine",
  status: null,
  detail: "the session has dealt with this prompt before"
}
