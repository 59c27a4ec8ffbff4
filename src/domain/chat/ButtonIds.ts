/** What comes back with a click: `<action>:<id>` or `<action>:<id>:<n>`, at most 100 characters. Clicks are strangers' input. */
import { ApprovalId, AskId, RunId } from "../Ids.ts"

export type ProjectAct = "show" | "approve" | "decline"

export type ButtonId =
  /** Give who called without a role one, or ignore them. */
  | { readonly action: "access"; readonly ask: AskId; readonly decision: "member" | "owner" | "ignore" }
  /** Let the host through that was asked about. */
  | { readonly action: "host"; readonly ask: AskId; readonly decision: "once" | "channel" }
  /** Show, approve or put off what a project's file reaches out of its box for. */
  | { readonly action: "project"; readonly ask: AskId; readonly what: ProjectAct }
  /** Allow as much more to be spent as was asked for. */
  | { readonly action: "raise"; readonly ask: AskId }
  /** End that run, if it is still at work. */
  | { readonly action: "stop"; readonly run: RunId }
  /** Say the messages of that ended run again. */
  | { readonly action: "retry"; readonly run: RunId }
  /** Turn the task that paused itself on again. */
  | { readonly action: "resume"; readonly task: number }
  /** Decide the approval. */
  | { readonly action: "allow" | "always" | "deny"; readonly approval: ApprovalId }
  /**
   * `answer`: answer the question of that number (from 0) with the text that was asked for (`Button.asks`). `option`:
   * choose; options are counted from 0 over all questions of the request (`Cards.optionOf`).
   */
  | { readonly action: "answer" | "option"; readonly approval: ApprovalId; readonly n: number }

export const stop = (run: RunId): string => `stop:${run}`
export const retry = (run: RunId): string => `retry:${run}`
export const resume = (task: number): string => `resume:${task}`
export const decision = (action: "allow" | "always" | "deny", approval: ApprovalId): string => `${action}:${approval}`
export const answer = (approval: ApprovalId, question: number): string => `answer:${approval}:${question}`
/** Let the host that was asked about through: for an hour, or for the channel. */
export const host = (decision: "once" | "channel", ask: AskId): string =>
  `${decision === "once" ? "hostonce" : "host"}:${ask}`
export const access = (decision: "member" | "owner" | "ignore", ask: AskId): string => `${decision}:${ask}`
export const option = (approval: ApprovalId, n: number): string => `option:${approval}:${n}`

/** Allow what was asked for beyond a budget. */
export const raise = (ask: AskId): string => `raise:${ask}`

export const project = (what: ProjectAct, ask: AskId): string => `project${what}:${ask}`

const form = /^([a-z]+):([A-Za-z0-9-]{1,64})(?::(0|[1-9]\d?))?$/

/** Undefined for what none of our buttons sends. */
export const parse = (text: string): ButtonId | undefined => {
  const [, action, id, number] = form.exec(text) ?? []
  if (action === undefined || id === undefined) return undefined
  if (action === "option" || action === "answer") {
    return number === undefined ? undefined : { action, approval: ApprovalId.make(id), n: Number(number) }
  }
  if (number !== undefined) return undefined
  switch (action) {
    case "stop":
    case "retry":
      return { action, run: RunId.make(id) }
    case "resume":
      return /^[1-9]\d{0,14}$/.test(id) ? { action, task: Number(id) } : undefined
    case "allow":
    case "always":
    case "deny":
      return { action, approval: ApprovalId.make(id) }
    case "member":
    case "owner":
    case "ignore":
      return { action: "access", ask: AskId.make(id), decision: action }
    case "raise":
      return { action, ask: AskId.make(id) }
    case "host":
    case "hostonce":
      return { action: "host", ask: AskId.make(id), decision: action === "host" ? "channel" : "once" }
    case "projectshow":
    case "projectapprove":
    case "projectdecline":
      return { action: "project", ask: AskId.make(id), what: action.slice("project".length) as ProjectAct }
    default:
      return undefined
  }
}
