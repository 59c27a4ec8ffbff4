/** Where each key of an HJSON text stands. Follows the shape of the text only; it never fails and never judges. */

export interface KeyLines {
  /** Line (from 1) of each dotted key; list entries are keys too (`mounts.0`). */
  readonly lines: ReadonlyMap<string, number>
  /** Where each key's value begins and ends in the text. */
  readonly values: ReadonlyMap<string, { readonly from: number; readonly to: number }>
  /** Where the first key may be written: behind the root's brace, or at the start. */
  readonly start: number
  /** Keys that are written again in the same object, at their later line. */
  readonly repeated: ReadonlyArray<{ readonly key: string; readonly line: number }>
}

const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/

export const keyLines = (text: string): KeyLines => {
  const lines = new Map<string, number>()
  const values = new Map<string, { from: number; to: number }>()
  const repeated: Array<{ key: string; line: number }> = []
  let at = 0
  let line = 1

  const step = (count = 1) => {
    for (let i = 0; i < count && at < text.length; i++, at++) if (text[at] === "\n") line++
  }
  const startsWith = (token: string) => text.startsWith(token, at)
  const skipTo = (token: string) => {
    while (at < text.length && !startsWith(token)) step()
  }

  const blank = () => {
    for (;;) {
      if (at < text.length && text[at]! <= " ") step()
      else if (startsWith("#") || startsWith("//")) skipTo("\n")
      else if (startsWith("/*")) {
        skipTo("*/")
        step(2)
      } else return
    }
  }

  const quoted = (): string => {
    const quote = text[at]!
    const from = at + 1
    step()
    while (at < text.length && text[at] !== quote) step(text[at] === "\\" ? 2 : 1)
    const content = text.slice(from, at)
    step()
    return content
  }

  const quoteless = () => {
    const from = at
    while (at < text.length && text[at] !== "\n") {
      const ends = ",}]#".includes(text[at]!) || startsWith("//") || startsWith("/*")
      if (ends && word.test(text.slice(from, at).trim())) return
      step()
    }
  }

  const keyName = (): string => {
    if (text[at] === '"' || text[at] === "'") return quoted()
    const from = at
    while (at < text.length && !":,{}[]\n".includes(text[at]!)) step()
    return text.slice(from, at).trim()
  }

  const note = (path: string) => {
    if (lines.has(path)) repeated.push({ key: path, line })
    lines.set(path, line)
  }

  const members = (path: string, close: string) => {
    for (let index = 0; ; index++) {
      blank()
      if (text[at] === ",") step()
      blank()
      if (at >= text.length) return
      if (text[at] === close) return step()
      const before = at
      const name = close === "]" ? String(index) : keyName()
      const child = path === "" ? name : `${path}.${name}`
      note(child)
      blank()
      if (close !== "]" && text[at] === ":") step()
      blank()
      const from = at
      value(child)
      values.set(child, { from, to: at })
      if (at === before) step()
    }
  }

  const value = (path: string) => {
    blank()
    const first = text[at]
    if (first === "{" || first === "[") {
      step()
      members(path, first === "{" ? "}" : "]")
    } else if (startsWith("'''")) {
      step(3)
      skipTo("'''")
      step(3)
    } else if (first === '"' || first === "'") quoted()
    else if (first !== "}" && first !== "]" && first !== ",") quoteless()
  }

  blank()
  if (text[at] === "{") step()
  const start = at
  members("", "}")
  return { lines, values, start, repeated }
}

/** The line of a key, else of the nearest key around it. */
export const lineOf = ({ lines }: KeyLines, key: string): number | null => {
  for (let path = key; path !== ""; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const line = lines.get(path)
    if (line !== undefined) return line
  }
  return null
}
