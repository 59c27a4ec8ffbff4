/** Code in Markdown: the fences around blocks of it, line by line, and what of a text is outside of all code. */

/** An open block of code. `close` is the line that ends it. */
export interface Fence {
  readonly indent: string
  readonly marker: string
  /** What stands behind the marker: the language, mostly. */
  readonly info: string
}

const opening = /^([ \t]*)(`{3,}|~{3,})([^\n]*)$/

/** The fence after this line (without its line break), where `open` was the one before it. */
export const after = (open: Fence | null, line: string): Fence | null => {
  const [, indent, marker, rest] = opening.exec(line.trimEnd()) ?? []
  if (indent === undefined || marker === undefined || rest === undefined) return open
  if (open !== null) {
    const closes = rest === "" && marker[0] === open.marker[0] && marker.length >= open.marker.length
    return closes ? null : open
  }
  // A backtick behind them: code within one line.
  if (marker.startsWith("`") && rest.includes("`")) return null
  return { indent, marker, info: rest.trim() }
}

/** Changes what is outside of code within a line: that is from a run of backticks to the next one of the same length. */
const mapInline = (text: string, change: (prose: string) => string): string => {
  const runs = [...text.matchAll(/`+/g)]
  /** By length: the first run behind the one that is looked at. Gone through from the end, so that each is seen once. */
  const next = new Map<number, number>()
  const partner: Array<number | undefined> = []
  for (let n = runs.length - 1; n >= 0; n--) {
    const { length } = runs[n]?.[0] ?? ""
    partner[n] = next.get(length)
    next.set(length, n)
  }
  let result = ""
  let from = 0
  for (let n = 0; n < runs.length; n++) {
    const close = partner[n]
    const [begin, end] = [runs[n], close === undefined ? undefined : runs[close]]
    if (close === undefined || begin === undefined || end === undefined) continue
    const to = end.index + end[0].length
    result += change(text.slice(from, begin.index)) + text.slice(begin.index, to)
    from = to
    n = close
  }
  return result + change(text.slice(from))
}

/** Pieces of a text between blocks of code, and these blocks; joined they are the text. */
export const blocks = (text: string): ReadonlyArray<{ readonly code: boolean; readonly text: string }> => {
  const found: Array<{ code: boolean; text: string }> = []
  let open: Fence | null = null
  let lines: Array<string> = []
  const flush = (code: boolean) => {
    if (lines.length > 0) found.push({ code, text: lines.join("") })
    lines = []
  }
  for (const line of text.split(/(?<=\n)/)) {
    const next: Fence | null = after(open, line.replace(/\r?\n$/, ""))
    if (open === null && next !== null) flush(false)
    lines.push(line)
    if (open !== null && next === null) flush(true)
    open = next
  }
  flush(open !== null)
  return found
}

/** Changes what is outside of blocks and of code within a line. */
export const mapProse = (text: string, change: (prose: string) => string): string =>
  blocks(text)
    .map((block) => (block.code ? block.text : mapInline(block.text, change)))
    .join("")
