/** What is being written right now. It is read aloud when it is whole, as a message. */
import { memo } from "react"
import { Markdown } from "../../markdown/Markdown.tsx"
import type { Entry, LiveText } from "./conversation.ts"
import { Face } from "./Face.tsx"

interface Props {
  readonly texts: ReadonlyMap<string, LiveText>
  readonly entries: ReadonlyArray<Entry>
}

const continues = (entries: ReadonlyArray<Entry>, run: string): boolean => {
  const before = entries.at(-1)
  if (before === undefined || before.kind === "notice") return false
  return before.kind === "message" ? before.message.is_bot && before.message.run_id === run : before.run === run
}

export const Living = memo(({ entries, texts }: Props) =>
  [...texts].map(([run, { text }]) => {
    const head = !continues(entries, run)
    return (
      <div key={run} className="entry" data-kind="message" data-head={head || undefined} aria-live="off">
        <article className="bot live">
          {head && (
            <p className="by">
              <Face bot name="Loop" />
              <b>Loop</b>
            </p>
          )}
          <div className="body">
            <Markdown text={text} live />
          </div>
        </article>
      </div>
    )
  })
)
