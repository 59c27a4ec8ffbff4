/** Everything that was noted of a run, as it is stored: for those who want to know exactly. */
import { useState } from "react"
import type { ServerEvent } from "../../live/events.ts"
import { Button } from "../../ui/Button.tsx"
import { Table } from "../../ui/Table.tsx"

const first = 100

/** To the millisecond, as the order of things is what is looked for here. */
const exactly = (at: string) =>
  new Date(at).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3
  })

export const JournalView = ({ journal }: { readonly journal: ReadonlyArray<ServerEvent> }) => {
  const [open, setOpen] = useState(false)
  const [all, setAll] = useState(false)
  const rows = !open ? [] : all ? journal : journal.slice(0, first)
  return (
    <details className="run-exactly" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {journal.length} {journal.length === 1 ? "entry" : "entries"}
      </summary>
      {open && (
        <Table
          caption="Journal"
          rows={rows}
          keyOf={({ id = 0 }) => id}
          columns={[
            { name: "At", cell: ({ at }) => <time dateTime={at}>{exactly(at)}</time> },
            { name: "What", cell: ({ type }) => <code>{type}</code> },
            { name: "Noted", cell: ({ data }) => <code className="run-raw">{JSON.stringify(data)}</code> }
          ]}
        />
      )}
      {open && rows.length < journal.length && (
        <div className="further">
          <Button onClick={() => setAll(true)}>All {journal.length} entries</Button>
        </div>
      )}
    </details>
  )
}
