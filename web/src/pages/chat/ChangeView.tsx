/** A change of a file as a diff. Loaded when the first one is opened. */
import { structuredPatch } from "diff"
import { DiffText } from "../../markdown/DiffText.tsx"

export interface Change {
  readonly before: string
  readonly after: string
}

const linesOf = ({ after, before }: Change) =>
  structuredPatch("", "", before, after, undefined, undefined, { context: 3 }).hunks.flatMap(({ lines }) =>
    lines.filter((line) => !line.startsWith("\\"))
  )

const starting = (lines: ReadonlyArray<string>, sign: string) => lines.filter((line) => line.startsWith(sign)).length

export default function ChangeView({
  changes,
  path
}: {
  readonly path: string
  readonly changes: ReadonlyArray<Change>
}) {
  const lines = changes.map(linesOf)
  const all = lines.flat()
  return (
    <div className="change">
      <p className="path">
        {path}
        <span className="added num">+{starting(all, "+")}</span>
        <span className="removed num">−{starting(all, "-")}</span>
      </p>
      <div className="code">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre tabIndex={0}>
          <DiffText text={lines.map((each) => each.join("\n")).join("\n@@ …\n")} />
        </pre>
      </div>
    </div>
  )
}
