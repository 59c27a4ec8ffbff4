/**
 * Long texts in parts that a chat platform takes. Lengths are counted in UTF-16 units: Discord's documentation speaks of
 * 2,000 characters without saying which, and a text has at least as many units as characters of any other kind.
 */
import { after, type Fence } from "./Fences.ts"

/** Longest content of a Discord message. */
export const discordLimit = 2000

/** Where a part ends. `close`: the fence that is open there; `open`: the one that the next part begins with. */
interface Cut {
  readonly end: number
  readonly next: number
  readonly close: Fence | null
  readonly open: Fence | null
}

const openLine = (fence: Fence | null): string =>
  fence === null ? "" : `${fence.indent}${fence.marker}${fence.info}\n`
const closeLine = (fence: Fence | null): string => (fence === null ? "" : `\n${fence.indent}${fence.marker}`)

/** As `after`; a fence whose own lines would leave no room for the code is none. */
const fenceAfter = (open: Fence | null, line: string, limit: number): Fence | null => {
  const fence = after(open, line.replace(/\r$/, ""))
  if (fence === null || fence === open) return fence
  const short = fence.info.length > 40 ? { ...fence, info: "" } : fence
  return openLine(short).length + closeLine(short).length > limit / 2 ? open : short
}

/** How far beyond a part is looked: for what a grapheme or the line behind the cut is. */
const beyond = 256

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The last place up to `most` that is no part of a grapheme (or of a code point, where one grapheme fills everything). */
const between = (text: string, from: number, most: number): number => {
  const segments = graphemes.segment(text.slice(from, most + beyond))
  const start = from + (segments.containing(most - from)?.index ?? most - from)
  if (start > from) return start
  const low = /[\uDC00-\uDFFF]/.test(text.charAt(most)) && /[\uD800-\uDBFF]/.test(text.charAt(most - 1))
  return low && most - 1 > from ? most - 1 : most
}

/** The last match that ends in a place where the text may be cut. */
const lastEnd = (text: string, pattern: RegExp, segments: Intl.Segments): number =>
  [...text.matchAll(pattern)]
    .map((match) => match.index + match[0].length)
    .findLast((end) => end < text.length && segments.containing(end)?.index === end) ?? 0

const sentences = /[.!?…]["')\]*_]*\s|[。！？]/g
const words = /\s/g

/** A cut inside a line that does not fit, behind `from`; `start` is where the part begins. */
const insideLine = (text: string, start: number, from: number, most: number, fence: Fence | null): Cut => {
  const window = text.slice(start, most + 1)
  const segments = graphemes.segment(text.slice(start, most + beyond))
  const least = Math.max(from - start, (most - start) / 3)
  const at = (length: number): Cut => ({ end: start + length, next: start + length, close: fence, open: fence })
  if (fence === null) {
    const sentence = lastEnd(window, sentences, segments)
    if (sentence > least) return at(sentence)
  }
  const word = lastEnd(window, words, segments)
  return word > from - start ? at(word) : at(between(text, start, most) - start)
}

/** The end of the part that begins at `start`, inside the fence `open`. */
const cutOf = (text: string, start: number, open: Fence | null, limit: number): Cut => {
  const room = limit - openLine(open).length
  const window = text.slice(start, start + room + 1)
  const last = start + window.length === text.length
  const least = room / 3
  let paragraph: Cut | undefined
  let line: Cut | undefined
  let before = open
  let fence = open
  /** Something of the open block is in this part already. */
  let filled = false
  let at = 0
  for (;;) {
    const found = window.indexOf("\n", at)
    if (found === -1 && !last) break
    const end = found === -1 ? window.length : found
    const words = window.slice(at, end)
    fence = fenceAfter(before, words, limit)
    const opens = before === null && fence !== null
    // No block is begun at the end of a part.
    if (opens && at > 0) paragraph = line = { end: start + at, next: start + at, close: null, open: null }
    const fits = end + closeLine(fence).length <= room
    if (fits && found === -1) return { end: text.length, next: text.length, close: fence, open: null }
    if (found === -1 || !fits) break
    filled = fence !== null && !opens && (filled || words.trim() !== "")
    if (fence === null || filled) line = { end: start + end, next: start + end + 1, close: fence, open: fence }
    if (fence === null && (before !== null || words.trim() === "")) paragraph = line
    at = end + 1
    before = fence
  }
  if (paragraph !== undefined && paragraph.end - start > least) return paragraph
  if (line !== undefined && (line.end - start > least || fence !== null)) return line
  return insideLine(text, start, start + at, start + room - closeLine(before).length, before)
}

const blank = /(?:[^\S\n]*\n)*/y
const spaces = /[^\S\n]*/y

const skip = (text: string, from: number, pattern: RegExp): number => {
  pattern.lastIndex = from
  return from + (pattern.exec(text)?.[0].length ?? 0)
}

/** Where the next part really begins: behind blank lines, and behind a fence that has been closed already. */
const beginOf = (text: string, { end, next, open }: Cut, limit: number): readonly [number, Fence | null] => {
  if (open === null) return [skip(text, end === next ? skip(text, next, spaces) : next, blank), null]
  const [line = ""] = text.slice(next, next + beyond).split("\n")
  if (end === next || fenceAfter(open, line, limit) !== null) return [next, open]
  return [skip(text, Math.min(text.length, next + line.length + 1), blank), null]
}

/**
 * Parts of at most `limit` units (60 at least), in order, none of them blank: cut between paragraphs, else lines, else
 * sentences, else words, never inside a grapheme unless one is longer than a part. Blocks of code are closed at the end
 * of a part and opened again. Besides these fences, what is lost or added is white space at the cuts.
 */
export const split = (text: string, limit: number): ReadonlyArray<string> => {
  if (text.length <= limit) return text.trim() === "" ? [] : [text]
  const parts: Array<string> = []
  let open: Fence | null = null
  let at = skip(text, 0, blank)
  while (at < text.length) {
    const cut = cutOf(text, at, open, limit)
    const body = text.slice(at, cut.end)
    const words = cut.close === null ? body.trimEnd() : body + closeLine(cut.close)
    if (body.trim() !== "") parts.push(openLine(open) + words)
    const [next, fence]: readonly [number, Fence | null] = beginOf(text, cut, limit)
    at = next
    open = fence
  }
  return parts
}
