/**
 * What is known to be secret is not shown to people: in its place stands its name. Kept in memory, for as long as the
 * server runs: also a value that was replaced since is not for everybody.
 */
import type { Schema } from "effect"
import { type Form, formsOf, hide, openEnd } from "./Forms.ts"

export interface Masker {
  /** A value that is secret from now on; shorter ones than eight characters cannot be told from other text and are not. */
  readonly learn: (name: string, value: string) => void
  /** What is configured now; never forgotten, until other values are. */
  readonly configure: (secrets: ReadonlyArray<readonly [name: string, value: string]>) => void
  readonly text: (text: string) => string
  /** Every text in it, names of fields too. */
  readonly data: (data: Schema.Json) => Schema.Json
  /** What can be shown of a text that goes on: masked, without an end that may be the beginning of a value. */
  readonly soFar: (text: string) => string
}

/**
 * Each text is searched for all of them. Of more than so many that are not configured, the oldest of the name with the most values is forgotten: tokens that were
 * made meanwhile.
 */
const atMost = 500

const longestFirst = (one: Form, other: Form): number => other.text.length - one.text.length

const word = ({ name }: Form): string => `‹secret ${name}›`

export const make = (): Masker => {
  const known = new Map<string, string>()
  let configured: ReadonlySet<string> = new Set()
  let forms: ReadonlyArray<Form> = []

  const forget = (): void => {
    const names = Map.groupBy(
      [...known].filter(([value]) => !configured.has(value)),
      ([, name]) => name
    )
    const [most = []] = [...names.values()].sort((one, other) => other.length - one.length)
    const [oldest] = most
    if (oldest === undefined) return
    known.delete(oldest[0])
    forms = [...known].flatMap(([value, name]) => formsOf(name, value)).sort(longestFirst)
  }
  const learn = (name: string, value: string): void => {
    const before = known.get(value)
    // It is the newest from now on.
    known.delete(value)
    known.set(value, before ?? name)
    if (before !== undefined) return
    forms = [...forms, ...formsOf(name, value)].sort(longestFirst)
    if (known.size - configured.size > atMost) forget()
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
    learn,
    configure: (secrets) => {
      configured = new Set(secrets.map(([, value]) => value))
      for (const [name, value] of secrets) learn(name, value)
    },
    text,
    data,
    soFar: (given) => {
      const masked = text(given)
      return masked.slice(0, masked.length - openEnd(masked, forms))
    }
  }
}
