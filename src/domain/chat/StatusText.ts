/** What the live status message of a run says, from the events of its channel. */
import type { Schema } from "effect"
import type { LiveEvent } from "../ChannelEvent.ts"
import { summary } from "../Text.ts"
import { spokenMillis } from "./Footer.ts"

export interface Status {
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** What it does now. `starting`: nothing has been heard of it yet, so it may still wait for a slot. */
  readonly doing: "starting" | "thinking" | "writing" | "tool" | "retrying"
  readonly detail: string
  /** Approvals and questions that wait for a person. */
  readonly waiting: ReadonlySet<string>
  /** Messages that wait for this run's end. */
  readonly queued: number
}

export const initial = (startedAt: number, queued: number): Status => ({
  startedAt,
  doing: "starting",
  detail: "",
  waiting: new Set(),
  queued
})

const fieldOf = (data: Schema.Json, key: string): Schema.Json | undefined =>
  typeof data === "object" && data !== null && !Array.isArray(data) && Object.hasOwn(data, key)
    ? (data as Readonly<Record<string, Schema.Json>>)[key]
    : undefined

const textOf = (data: Schema.Json, key: string): string => {
  const value = fieldOf(data, key)
  return typeof value === "string" ? value : ""
}

/** What tells most about a call, among the fields that tools commonly have; the summary may be cut anywhere. */
const telling = /"(?:command|file_path|path|pattern|url|query|description|question|content)"\s*:\s*"((?:[^"\\]|\\.)*)/

const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:u[0-9a-f]{4}|.)/gi, (escape) => (/^\\["\\/]$/.test(escape) ? escape.charAt(1) : " "))

const inCode = (text: string): string => `\`${text.replaceAll("`", "'")}\``

/** A tool's call in one short line: `Bash: ls -l`. */
export const toolLine = (name: string, inputSummary: string): string => {
  const shown = summary(name.replace(/^mcp__/, "").replace("__", ": "), 60)
  const words = summary(unescaped(telling.exec(inputSummary)?.[1] ?? ""), 80)
  return words === "" ? inCode(shown) : `${inCode(shown)} ${inCode(words)}`
}

/** The status after an event of its run or channel. */
export const hear = (status: Status, event: LiveEvent): Status => {
  const doing = (doing: Status["doing"], detail = ""): Status => ({ ...status, doing, detail })
  switch (event.type) {
    case "run.thinking":
      return doing("thinking")
    case "run.text":
      return status.doing === "writing" ? status : doing("writing")
    case "run.turn":
      return doing("thinking")
    case "run.retry":
      return doing("retrying", summary(textOf(event.data, "text"), 200))
    case "run.tool":
      return textOf(event.data, "state") === "started"
        ? doing("tool", toolLine(textOf(event.data, "name"), textOf(event.data, "input_summary")))
        : doing("thinking")
    case "approval.requested":
      return { ...status, waiting: new Set([...status.waiting, textOf(event.data, "approval_id")]) }
    case "approval.decided": {
      const waiting = new Set(status.waiting)
      waiting.delete(textOf(event.data, "approval_id"))
      // Its slot was given back meanwhile.
      return { ...status, waiting, ...(waiting.size === 0 && { doing: "starting", detail: "" }) }
    }
    case "queue.changed": {
      const total = fieldOf(event.data, "total")
      return typeof total === "number" ? { ...status, queued: total } : status
    }
    default:
      return status
  }
}

const doingText = ({ detail, doing }: Status, forSlot: boolean): string => {
  switch (doing) {
    case "starting":
      return forSlot ? "Waiting for other work to end" : "Starting"
    case "thinking":
      return "Thinking"
    case "writing":
      return "Writing"
    case "tool":
      return detail
    case "retrying":
      return detail === "" ? "Trying the model again" : detail
  }
}

/** By how long a run has been going: the steps in which its time is shown, so that time alone is rarely a change. */
const stepMs = (elapsed: number): number => (elapsed < 60_000 ? 5000 : elapsed < 600_000 ? 15_000 : 60_000)

/** All runs together make one edit in this time, so that what is said to people has not to wait behind them. */
const shareMs = 100

/**
 * Least time between two edits of a run's message: what goes on for hours is looked at less closely, and so is each of
 * many `runs`.
 */
export const pauseMs = (elapsed: number, runs: number): number =>
  Math.max(runs * shareMs, elapsed < 30_000 ? 2000 : elapsed < 120_000 ? 5000 : elapsed < 600_000 ? 10_000 : 15_000)

/** When the text will be another one by time alone (epoch milliseconds); undefined: not before something happens. */
export const nextChange = (status: Status, now: number): number | undefined => {
  if (status.waiting.size > 0) return undefined
  const elapsed = Math.max(0, now - status.startedAt)
  const step = stepMs(elapsed)
  return status.startedAt + (Math.floor(elapsed / step) + 1) * step
}

/** `forSlot`: it waits for one of the runs elsewhere to end. */
export const show = (status: Status, now: number, forSlot: boolean): string => {
  const elapsed = Math.max(0, now - status.startedAt)
  const step = stepMs(elapsed)
  const time = elapsed < step ? "" : ` · ${spokenMillis(Math.floor(elapsed / step) * step)}`
  const doing = status.waiting.size > 0 ? "Waiting for an answer" : `${doingText(status, forSlot)}${time}`
  const { queued } = status
  return queued === 0 ? doing : `${doing}\n-# ${queued === 1 ? "1 message waits" : `${queued} messages wait`}`
}
