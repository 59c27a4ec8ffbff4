/** What a run's box reached and what it was refused, host by host, from the journal. Pure. */
import type { ServerEvent } from "../../live/events.ts"

export interface Reached {
  readonly key: string
  readonly host: string
  readonly port: number
  /** `asked`: refused, and somebody may let it through. */
  readonly decision: "allowed" | "refused" | "asked" | "let through"
  readonly reason: string | undefined
  readonly by: string | undefined
  readonly at: string
  /** Undefined where the sums have not been told yet. */
  readonly times: number | undefined
  readonly bytes: number | undefined
  /** What a person answers by; there while nobody has. */
  readonly ask: string | undefined
}

const decisionOf = (decision: string): Reached["decision"] =>
  decision.startsWith("allowed_")
    ? "let through"
    : decision === "allowed" || decision === "asked" || decision === "refused"
      ? decision
      : "refused"

/** In the order in which they were met. Hosts beyond those that are told have no line; `more` says how often. */
export const reachedOf = (journal: ReadonlyArray<ServerEvent>) => {
  const all = new Map<string, Reached>()
  let more = 0
  for (const { at, data, type } of journal) {
    if (type !== "run.egress") continue
    if (data.decision === "more") {
      more += data.times ?? 0
      continue
    }
    const key = `${data.host}:${data.port}`
    const before = all.get(key)
    // The sums at the end say again what was decided at first; the question to people came between.
    const isSum = data.times !== undefined && before !== undefined
    const decision = isSum && data.decision === "refused" ? before.decision : decisionOf(data.decision)
    all.set(key, {
      key,
      host: data.host,
      port: data.port,
      decision,
      reason: data.reason ?? before?.reason,
      by: data.by ?? before?.by,
      at: before?.at ?? at,
      times: data.times === undefined ? before?.times : data.times,
      bytes: data.bytes ?? before?.bytes,
      ask: decision === "asked" ? (data.ask_id ?? before?.ask) : undefined
    })
  }
  return { hosts: [...all.values()], more }
}
