/**
 * A note in pieces that are short enough to be embedded. They end before headings, between paragraphs, lines or words, as
 * far as that leaves them at least half full, and never inside a grapheme.
 */

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** Shorter ones say too little by themselves. */
export const leastCharacters = 200

/** The newest place at which the text can be parted well, counted from its beginning. */
const breaks: ReadonlyArray<RegExp> = [/\n(?=#{1,6} )/g, /\n[ \t]*\n/g, /\n/g, /\s/g]

const lastMatch = (window: string, pattern: RegExp, from: number): number | undefined => {
  let found: number | undefined
  for (const match of window.matchAll(pattern)) {
    const end = match.index + match[0].length
    if (end >= from && end < window.length) found = end
  }
  return found
}

/** The last boundary between graphemes at or before `at`; `at` itself where one grapheme fills everything before it. */
const between = (window: string, at: number): number => {
  const around = graphemes.segment(window).containing(at)
  if (around === undefined || around.index === at || around.index === 0) return at
  return around.index
}

/** An endless grapheme is parted between code points. */
const betweenCodePoints = (text: string, at: number): number => {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}

const cutOf = (window: string, limit: number): { readonly at: number; readonly heading: boolean } => {
  for (const [index, pattern] of breaks.entries()) {
    const found = lastMatch(window.slice(0, limit + 1), pattern, Math.floor(limit / 2))
    // A mark behind a blank belongs to it.
    if (found !== undefined && between(window, found) === found) return { at: found, heading: index === 0 }
  }
  return { at: betweenCodePoints(window, between(window, limit)), heading: false }
}

/** Where the next piece begins so that it repeats the end of this one, at the start of a word. */
const resume = (text: string, start: number, cut: number, overlap: number): number => {
  const tail = text.slice(Math.max(start + 1, cut - overlap), cut)
  const word = /\s\S/.exec(tail)
  return word === null ? cut : cut - tail.length + word.index + 1
}

/** Pieces of at most `limit` UTF-16 units (at least `leastCharacters`); none of a text without anything in it. */
export const piecesOf = (text: string, limit: number): ReadonlyArray<string> => {
  const most = Math.max(leastCharacters, limit)
  const overlap = Math.floor(Math.min(400, most / 8))
  const whole = text.trim()
  const pieces: Array<string> = []
  let start = 0
  while (whole.length - start > most) {
    const { at, heading } = cutOf(whole.slice(start, start + most + 64), most)
    const cut = start + at
    pieces.push(whole.slice(start, cut).trim())
    start = heading ? cut : resume(whole, start, cut, overlap)
  }
  pieces.push(whole.slice(start).trim())
  return pieces.filter((piece) => piece !== "")
}
