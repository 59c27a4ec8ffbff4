/** Names for what strangers send: safe as a part of a path. */
import { pathSegment } from "./Ids.ts"

/** A message id as a directory: never hidden, `.` or `..`. */
export const directoryName = (id: string): string => {
  const segment = pathSegment(id)
  return segment.startsWith(".") ? `%2E${segment.slice(1)}` : segment
}

/** At most `bytes` of UTF-8, ending between characters. */
const clip = (text: string, bytes: number): string => {
  let size = 0
  let end = 0
  for (const char of text) {
    size += new TextEncoder().encode(char).length
    if (size > bytes) break
    end += char.length
  }
  return text.slice(0, end)
}

/** Control characters, and those that are invisible or turn the direction of text (Unicode `Cc`, `Cf`, `Zl`, `Zp`). */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The last part of the sender's name, nothing invisible in it, not hidden, at most 140 bytes long. */
export const safeName = (name: string): string => {
  const last = name.split(/[/\\]/).at(-1) ?? ""
  const visible = last.replaceAll(unseen, "").trim().replace(/^\.+/, "")
  if (visible === "") return "file"
  const dot = visible.lastIndexOf(".")
  const extension = dot > 0 && visible.length - dot <= 10 ? clip(visible.slice(dot), 20) : ""
  return clip(visible.slice(0, dot > 0 && extension !== "" ? dot : undefined), 120) + extension
}

/** `a.txt`, `a-2.txt`, … for names that come twice, also when they differ in case only. */
export const distinctNames = (names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const taken = new Set<string>()
  return names.map((name) => {
    const dot = name.lastIndexOf(".") > 0 ? name.lastIndexOf(".") : name.length
    let distinct = name
    for (let n = 2; taken.has(distinct.toLowerCase()); n++) distinct = `${name.slice(0, dot)}-${n}${name.slice(dot)}`
    taken.add(distinct.toLowerCase())
    return distinct
  })
}
