/** Chance that is the same at each run. */

/** mulberry32, by Tommy Ettinger (public domain): uniform in [0, 1). */
const uniform = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

export const randomOf = (seed: number) => {
  const next = uniform(seed)
  const below = (count: number): number => Math.floor(next() * count)
  return {
    below,
    chance: (share: number): boolean => next() < share,
    pick: <A>(from: readonly [A, ...ReadonlyArray<A>]): A => from[below(from.length)] ?? from[0],
    shuffled: <A>(all: ReadonlyArray<A>): Array<A> =>
      all
        .map((value) => ({ value, at: next() }))
        .sort((left, right) => left.at - right.at)
        .map(({ value }) => value)
  }
}
