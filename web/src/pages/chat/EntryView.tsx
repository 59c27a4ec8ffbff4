/** One entry of the conversation. */
import { memo } from "react"
import { Markdown } from "../../markdown/Markdown.tsx"
import { dayName } from "../../lib/time.ts"
import { Guard } from "../../ui/Guard.tsx"
import { ApprovalCard } from "./ApprovalCard.tsx"
import { Face } from "./Face.tsx"
import { MessageView } from "./MessageView.tsx"
import { PastWork } from "./PastWork.tsx"
import type { Row } from "./rows.ts"
import { WorkView } from "./WorkView.tsx"

const Body = ({ id, row }: { readonly id: string; readonly row: Row }) => {
  const { entry, open } = row
  switch (entry.kind) {
    case "message":
      return <MessageView id={id} row={row} message={entry.message} />
    case "work":
      return <WorkView steps={entry.steps} open={open} />
    case "past":
      return <PastWork run={entry.run} />
    case "approval":
      return <ApprovalCard approval={entry.approval} />
    case "notice":
      return entry.by === "page" ? (
        <p className="notice small dim">{entry.text}</p>
      ) : (
        <div className="answer-card">
          <p className="small dim">Only you see this</p>
          <Markdown text={entry.text} />
        </div>
      )
  }
}

export const EntryView = memo(({ id, row }: { readonly id: string; readonly row: Row }) => {
  const { day, entry, head } = row
  return (
    <>
      {day !== undefined && (
        <div className="day" role="separator">
          <span>{dayName(day)}</span>
        </div>
      )}
      <div className="entry" data-kind={entry.kind} data-head={head || undefined}>
        {head && entry.kind !== "message" && entry.kind !== "notice" && (
          <p className="by">
            <Face bot name="Loop" />
            <b>Loop</b>
          </p>
        )}
        <Guard instead={<p className="notice small dim">This cannot be shown.</p>}>
          <Body id={id} row={row} />
        </Guard>
      </div>
    </>
  )
})
