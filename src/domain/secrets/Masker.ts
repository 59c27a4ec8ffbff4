/**
 * What is known to be secret is not shown to people: in its place stands its name. Kept in memory, for as long as the
 * server runs: also a value that was replaced since is not for everybody.
 */
import type { Schema } from "effect"
import { type Form, formsOf, hide, openEnd } from "./Forms.ts"

export interface Masker {
  /** A value that is secret from now on; shorter ones than eight characters cannot be told from other text and are not. */
  readonly learn: (name: string, value: string) => void
  readonly text: (text: string) => string
  /** Every text in it, names of fields too. */
  readonly data: (data: Schema.Json) => Schema.Json
  /** What can be shown of a text that goes on: masked, without an end that may be the beginning of a value. */
  readonly soFar: (text: string) => string
}

/** Each text is searched for all of them. Of more, the oldest of the same name is forgotten: tokens that were made meanwhile. */
const most = 500

const word = ({ name }: Form): string => `‹secret ${name}›`

export const make = (): Masker => {
  const known = new Map<string, string>()
  let forms: ReadonlyArray<Form> = []

  const forget = (name: string): void => {
    const [oldest] = [...known].find(([, each]) => each === name) ?? [...known][0] ?? [""]
    known.delete(oldest)
    forms = [...known].flatMap(([value, each]) => formsOf(each, value))
  }
  const text = (given: string): string => hide(given, forms, word)
  const data = (given: Schema.Json): Schema.Json => {
    if (forms.length === 0) return given
    if (typeof given === "string") return text(given)
    if (typeof given !== "object" || given === null) return given
    if (Array.isArray(given)) return (given as ReadonlyArray<Schema.Json>).map(data)
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [text(key), data(value)]))
  }
  return {
    learn: (name, value) => {
      if (known.get(value) !== undefined) return
      if (known.size >= most) forget(name)
      known.set(value, name)
      forms = [...forms, ...formsOf(name, value)].sort((a, b) => b.text.length - a.text.length)
    },
    text,
    data,
    soFar: (given) => {
      const masked = text(given)
      return masked.slice(0, masked.length - openEnd(masked, forms))
    }
  }
}
