/**
 * What was said and done, in the order in which it happened. All that was read stays in the document (searching, reading
 * aloud and the browser's own anchoring work), but what is out of sight is not drawn: see `chunks.ts`.
 */
import { memo, useLayoutEffect, useMemo, useRef, useState } from "react"
import { Failed, Loading } from "../../ui/States.tsx"
import { type Chunk, makeChunks } from "./chunks.ts"
import { EntryView } from "./EntryView.tsx"
import type { Opened } from "./store.ts"
import { Invitation } from "./Invitation.tsx"
import { Living } from "./Living.tsx"
import { rowsOf } from "./rows.ts"
import { readAgain, readEarlier, useConversation } from "./store.ts"
import { useFollow } from "./useFollow.ts"

const ChunkView = memo(({ chunk, id }: { readonly id: string; readonly chunk: Chunk }) => (
  <div className="chunk">
    {chunk.rows.map((row) => (
      <EntryView key={row.entry.key} id={id} row={row} />
    ))}
  </div>
))

const shownOf = (state: Opened) => state

export const Timeline = ({ id }: { readonly id: string }) => {
  const { entries, facts, known, more, problem, queue, reading, run, status, texts } = useConversation(id, shownOf)
  const rows = useMemo(() => rowsOf({ entries, facts, known, queue, run }), [entries, facts, known, queue, run])
  const [chunked] = useState(makeChunks)
  const chunks = useMemo(() => chunked(rows), [chunked, rows])
  const { content, jump, scroller, onScroll, away } = useFollow(() => void readEarlier(id))
  const first = rows[0]?.entry.key
  const height = useRef(0)
  // What comes in above must not move what is being read; browsers see to it, but not at the very top.
  useLayoutEffect(() => {
    const box = scroller.current
    if (box === null) return
    if (box.scrollTop === 0 && height.current > 0 && more) box.scrollTop = box.scrollHeight - height.current
    height.current = box.scrollHeight
  }, [first, scroller, more])

  if (status === "loading") {
    return (
      <section id="timeline" className="timeline" aria-busy>
        <Loading what="Reading the conversation" />
      </section>
    )
  }
  const isEmpty = rows.length === 0 && texts.size === 0 && queue.length === 0
  return (
    <div className="timeline-box">
      {/* It is scrolled by keyboard, and it takes the focus that a button left. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section
        id="timeline"
        className="timeline"
        ref={scroller}
        onScroll={onScroll}
        tabIndex={0}
        aria-label="Conversation"
      >
        {status === "failed" && <Failed error={new Error(problem)} onRetry={() => readAgain(id)} />}
        {isEmpty && status === "ready" && <Invitation />}
        <div ref={content} className="entries" role="log" aria-label="Messages">
          {(more || reading) && (
            <p className="earlier" role="status">
              {reading ? "Reading earlier messages…" : "Earlier messages follow when you scroll up."}
            </p>
          )}
          {chunks.map((chunk) => (
            <ChunkView key={chunk.key} id={id} chunk={chunk} />
          ))}
          <Living texts={texts} entries={entries} />
        </div>
      </section>
      {away && (
        <button type="button" className="button plain tiny to-end" onClick={jump}>
          Newest messages ↓
        </button>
      )}
    </div>
  )
}
