/** Markdown's tables (GFM), which chat platforms do not show, as something that can be read on a phone. */
import { blocks } from "./Fences.ts"

/** Columns of fixed-width text that a phone shows without breaking lines. */
const phoneColumns = 42

const delimiterRow = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

const cells = (row: string): ReadonlyArray<string> => {
  const inner = row
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "")
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"))
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })
const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}]/u

const widthOf = (text: string): number => {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1
  return width
}

/** In a block of code there is no emphasis: its marks would only be noise. */
const plain = (cell: string): string =>
  cell.replaceAll(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2").replaceAll(/`([^`]+)`/g, "$1")

const pad = (text: string, width: number): string => text + " ".repeat(width - widthOf(text))

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>, widths: ReadonlyArray<number>): string => {
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, n) => pad(cell, widths[n] ?? 0))
      .join("  ")
      .trimEnd()
  const [head = [], ...body] = rows
  return ["```", line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line), "```"].join("\n")
}

const bold = (header: string): string => `**${header.replaceAll("**", "")}:**`

const listed = ([head = [], ...body]: ReadonlyArray<ReadonlyArray<string>>): string =>
  (body.length === 0 ? [head] : body)
    .map((row) =>
      row
        .flatMap((cell, n) => {
          const header = head[n] ?? ""
          return cell === "" ? [] : [header === "" || body.length === 0 ? cell : `${bold(header)} ${cell}`]
        })
        .join("\n")
    )
    .filter((row) => row !== "")
    .join("\n\n")

/** Units of a row that may be narrow once its marks are taken off. */
const longestRow = 400

const rendered = (table: ReadonlyArray<string>): string => {
  const [head = "", , ...body] = table
  const count = cells(head).length
  const rows = [head, ...body].map((row) => {
    const found = cells(row)
    return Array.from({ length: count }, (_, n) => found[n] ?? "")
  })
  if (table.some((row) => row.length > longestRow)) return listed(rows)
  const plainRows = rows.map((row) => row.map(plain))
  const widths = Array.from({ length: count }, (_, n) => Math.max(1, ...plainRows.map((row) => widthOf(row[n] ?? ""))))
  const total = widths.reduce((sum, width) => sum + width, 2 * (count - 1))
  // A link must be something that can be touched; three backticks would end the block.
  const asText = /https?:\/\/|\]\(|<[@#]|```/.test(table.join("\n"))
  return total <= phoneColumns && !asText ? aligned(plainRows, widths) : listed(rows)
}

const beginsTable = (head: string, delimiter: string | undefined): boolean =>
  delimiter !== undefined &&
  head.includes("|") &&
  delimiter.includes("-") &&
  delimiterRow.test(delimiter) &&
  cells(head).length === cells(delimiter).length &&
  (delimiter.includes("|") || cells(head).length === 1)

const inProse = (text: string): string => {
  const lines = text.split("\n")
  const result: Array<string> = []
  for (let at = 0; at < lines.length;) {
    const head = lines[at] ?? ""
    if (!beginsTable(head, lines[at + 1])) {
      result.push(head)
      at++
      continue
    }
    let end = at + 2
    while (end < lines.length && lines[end]?.includes("|") === true) end++
    result.push(rendered(lines.slice(at, end)))
    at = end
  }
  return result.join("\n")
}

/** Tables outside of code: narrow ones as a block of aligned text, wide ones as a list of `**Header:** value` lines. */
export const readable = (text: string): string =>
  text.includes("|")
    ? blocks(text)
        .map((block) => (block.code ? block.text : inProse(block.text)))
        .join("")
    : text
