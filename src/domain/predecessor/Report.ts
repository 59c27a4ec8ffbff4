/** What an import tells of each thing that the predecessor left. */

export const kinds = [
  "config",
  "template",
  "channel",
  "thread",
  "grants",
  "work",
  "session",
  "task",
  "history"
] as const
export type Kind = (typeof kinds)[number]

/**
 * `taken` as it is; `changed`: taken, and different in what `detail` says; `kept`: what is here already stays; `left`
 * behind, for the reason in `detail`.
 */
export const fates = ["taken", "changed", "kept", "left"] as const
export type Fate = (typeof fates)[number]

export interface Item {
  readonly kind: Kind
  readonly name: string
  readonly fate: Fate
  readonly detail: string
}

export const item = (kind: Kind, name: string, fate: Fate, detail = ""): Item => ({ kind, name, fate, detail })

/** How many of each fate. */
export const totals = (items: ReadonlyArray<Item>): Readonly<Record<Fate, number>> => {
  const count = (fate: Fate) => items.filter((each) => each.fate === fate).length
  return { taken: count("taken"), changed: count("changed"), kept: count("kept"), left: count("left") }
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
