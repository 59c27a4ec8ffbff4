/**
 * Text that others wrote (an agent, a person in a chat, a file's name), as a terminal may be given it: it cannot move the
 * cursor, change colours or titles, answer as if it were typed, or show itself in another order than it is read.
 */

const [escape, bell] = ["\u001B", "\u0007"]

/** Whole sequences of ECMA-48, CSI and OSC: nobody misses a colour's code. What is cut in two is caught by `speaking`. */
const sequences = new RegExp(`${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\))`, "g")

/** C0 but newline and tab, DEL, C1, the marks that turn a line's direction, and separators that some take for a line's end. */
const speaking = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** Lines stay lines. Of a carriage return nothing is left, of every other such character a `\uFFFD`. */
export const printable = (text: string): string =>
  text.replaceAll(sequences, "").replaceAll("\r", "").replaceAll(speaking, "\uFFFD")

/** The same on one line. */
export const printableLine = (text: string): string => printable(text.replaceAll(/[\r\n\t\u2028\u2029]+/g, " ")).trim()

/** JSON of the same value, with such characters as escapes; `json` has no tab or newline within a string. */
export const printableJson = (json: string): string =>
  json.replaceAll(speaking, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
