/** A command line as a shell has it, up to the cursor. Pure. */

export interface Line {
  /** Whole words, without their quotes, the command's own name in front. */
  readonly words: ReadonlyArray<string>
  /** The word at the cursor, without quotes. */
  readonly typed: string
  /** The same as it stands there. */
  readonly raw: string
}

/** Words as POSIX shells split them; what a shell would put in place of a variable is left as it stands. */
export const parse = (text: string): Line => {
  const words: Array<string> = []
  let [word, start, quote] = ["", 0, ""]
  let open = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ""
    if (quote === "" && /\s/.test(char)) {
      if (open) words.push(word)
      ;[word, open, start] = ["", false, at + 1]
      continue
    }
    open = true
    if (char === "\\" && quote !== "'") word += text[++at] ?? ""
    else if (quote === "" && (char === "'" || char === '"')) quote = char
    else if (char === quote) quote = ""
    else word += char
  }
  return { words, typed: word, raw: text.slice(start) }
}
