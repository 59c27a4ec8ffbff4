/** What the translation remembers between two lines. */
import type { AgentEvent, TurnFailure } from "../../domain/AgentEvent.ts"
import type { SessionId } from "../../domain/Ids.ts"

export interface State {
  readonly sessionId: SessionId | null
  /** The CLI's running cost total at the last result. */
  readonly costTotal: number
  /** The CLI's word for the permission mode it is in; null where it is not known. */
  readonly mode: string | null
  /** Whether the process ever began a turn. */
  readonly begun: boolean
  /** The model's message that is being streamed, and its open block. */
  readonly message: string | null
  readonly block: number
  readonly length: number
  /** Partial text was told of that no whole text has confirmed yet. */
  readonly unconfirmed: boolean
  /** The message of the last whole blocks, and how many there were. */
  readonly whole: { readonly message: string; readonly count: number }
  readonly lastText: string
  readonly background: ReadonlySet<string>
  /** Why the process could not begin at all. */
  readonly failure: TurnFailure | null
}

export const initial = (known: Pick<State, "costTotal" | "mode" | "begun">): State => ({
  ...known,
  sessionId: null,
  message: null,
  block: 0,
  length: 0,
  unconfirmed: false,
  whole: { message: "", count: 0 },
  lastText: "",
  background: new Set(),
  failure: null
})

export type Step = readonly [State, ReadonlyArray<AgentEvent>]

export const stay = (state: State): Step => [state, []]
