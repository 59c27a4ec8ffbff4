/** The ways in which a secret's value can stand in a text, and hiding them. Pure. */
import { base64 } from "./Binding.ts"

/** A text that gives a secret away, whole. */
export interface Form {
  readonly name: string
  readonly text: string
}

/** Shorter ones would be found everywhere. */
const SHORTEST = 8

/** What is the same in base64 whatever stands around the value: the digits that its own bytes decide, at each of three offsets. */
const base64Cores = (value: string): ReadonlyArray<string> =>
  [0, 1, 2].map((offset) => {
    const whole = base64(`${"\0".repeat(offset)}${value}`).replaceAll("=", "")
    const last = whole.length - ((offset + new TextEncoder().encode(value).length) % 3 === 0 ? 0 : 1)
    return whole.slice(Math.ceil((offset * 8) / 6), last)
  })

const jsonForm = (value: string): string => JSON.stringify(value).slice(1, -1)

/** As it is, in URLs, in JSON, and in base64; the longest first. */
export const formsOf = (name: string, value: string): ReadonlyArray<Form> => {
  const cores = base64Cores(value)
  const safe = cores.map((core) => core.replaceAll("+", "-").replaceAll("/", "_"))
  const texts = new Set([value, encodeURIComponent(value), jsonForm(value), ...cores, ...safe])
  return [...texts]
    .filter((text) => text.length >= SHORTEST)
    .sort((a, b) => b.length - a.length)
    .map((text) => ({ name, text }))
}

/** `word` says what stands in the place of a form. */
export const hide = (text: string, forms: ReadonlyArray<Form>, word: (form: Form) => string): string => {
  let shown = text
  for (const form of forms) if (shown.includes(form.text)) shown = shown.replaceAll(form.text, () => word(form))
  return shown
}

/** How much at the end of a text may be the beginning of a form. */
export const openEnd = (text: string, forms: ReadonlyArray<Form>): number => {
  let most = 0
  for (const { text: form } of forms) {
    for (let length = Math.min(form.length - 1, text.length); length > most; length--) {
      if (form.startsWith(text.slice(text.length - length))) {
        most = length
        break
      }
    }
  }
  return most
}
