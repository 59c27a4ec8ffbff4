/** How hits of two searches become one list. */

/** From Cormack, Clarke and Büttcher, “Reciprocal Rank Fusion” (SIGIR 2009). */
const damping = 60

export interface Ranked {
  readonly id: number
  /** 1: first in every list; the rest is above 0. */
  readonly score: number
}

/** By reciprocal rank: what stands high in both lists comes before what is first in one. Each list is best first. */
export const fuse = (lists: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<Ranked> => {
  const scores = new Map<number, number>()
  const best = lists.length / (damping + 1)
  for (const list of lists) {
    for (const [place, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (damping + place + 1))
  }
  return [...scores]
    .map(([id, score]) => ({ id, score: score / best }))
    .sort((one, other) => other.score - one.score || one.id - other.id)
}

/** Between -1 and 1; undefined where the two cannot be compared: other lengths, or nothing in one. */
export const cosine = (one: ArrayLike<number>, other: ArrayLike<number>): number | undefined => {
  if (one.length !== other.length) return undefined
  let [dot, ones, others] = [0, 0, 0]
  for (let index = 0; index < one.length; index++) {
    const [a, b] = [one[index] ?? 0, other[index] ?? 0]
    dot += a * b
    ones += a * a
    others += b * b
  }
  return ones === 0 || others === 0 ? undefined : dot / Math.sqrt(ones * others)
}

const mostWords = 32

/** The words of a question, as SQLite's full-text search takes them; null where there are none. A word may go on: note, notes. */
export const matchOf = (question: string): string | null => {
  const words = new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu))
  const terms = [...words].slice(0, mostWords).map((word) => `"${word}"${word.length > 2 ? "*" : ""}`)
  return terms.length === 0 ? null : terms.join(" OR ")
}
