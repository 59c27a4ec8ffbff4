/** Strangers' text as code in Markdown: all of it is seen, and none of it is read as Markdown, a mention or our own words. */
import { clip } from "../Text.ts"

/** Characters that hide, or turn the order of, what is read; line breaks and tabs are none of them. */
const deceiving = /[\p{Cf}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/gu

/** Nothing invisible is left in it. */
const candid = (text: string): string =>
  text.toWellFormed().replaceAll(deceiving, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)

/**
 * As it stands in a block: nothing invisible but what keeps two backticks apart. So a fence of three is longer than any
 * inside; a longer one would not help, since Discord ends a block at any three.
 */
export const shown = (text: string): string => candid(text).replaceAll(/`(?=`)/g, "`\u200B")

/** `text`: what `shown` gave, or a part of it. */
export const block = (text: string, language: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** On one line, in at most so many units between the marks. */
export const inCode = (text: string, units: number): string => {
  const line = candid(text.replaceAll("\n", "⏎").replaceAll("\t", " ")).replaceAll("`", "ˋ")
  const part = line.length <= units ? line : `${clip(line, units - 1)}…`
  return `\`${part.trim() === "" ? "…" : part}\``
}
