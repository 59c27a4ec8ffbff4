/** The hosts that a run's box went to, and what was decided about each. */
import type { ServerEvent } from "../../live/events.ts"
import { bytes } from "../../lib/numbers.ts"
import { Badge } from "../../ui/Card.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"
import { refusals } from "../chat/steps.ts"
import { LetThrough } from "./LetThrough.tsx"
import { type Reached, reachedOf } from "./egress.ts"

const tones = { allowed: "good", "let through": "good", asked: "warn", refused: "bad" } as const
const names = { allowed: "allowed", "let through": "let through", asked: "refused, asked for", refused: "refused" }

const why = ({ by, decision, reason }: Reached): string => {
  if (decision === "let through") return by === undefined ? "somebody let it through" : `by ${by}`
  if (decision === "allowed") return ""
  return refusals[reason ?? ""] ?? reason ?? ""
}

export const Egress = ({ journal }: { readonly journal: ReadonlyArray<ServerEvent> }) => {
  const { hosts, more } = reachedOf(journal)
  if (hosts.length === 0) return <p className="dim">Its box has reached for no host.</p>
  return (
    <>
      <Table
        caption="Hosts that it reached for"
        rows={hosts}
        keyOf={({ key }) => key}
        columns={[
          { name: "Host", cell: ({ host, port }) => <code className="run-host">{`${host}:${port}`}</code> },
          { name: "Decision", cell: ({ decision }) => <Badge tone={tones[decision]}>{names[decision]}</Badge> },
          { name: "Why", cell: why },
          { name: "First", cell: ({ at }) => <Time at={at} /> },
          { name: "Times", right: true, cell: ({ times }) => times ?? 1 },
          { name: "Carried", right: true, cell: (host) => (host.bytes === undefined ? "" : bytes(host.bytes)) },
          ...(hosts.some(({ ask }) => ask !== undefined)
            ? [{ name: "Let it through", cell: (host: Reached) => <LetThrough {...host} /> }]
            : [])
        ]}
      />
      {more > 0 && <p className="dim small">{more} further tries, at hosts that are not listed.</p>}
    </>
  )
}
