/** Drops the lines that an earlier supervisor has dealt with: everything up to the one its cursor names. */
import { cursorOf, type Wire } from "./Wire.ts"

export interface Backlog {
  /** The lines to deal with now that this one has come. */
  readonly pass: (wire: Wire) => ReadonlyArray<Wire>
  /** The cursor's line is not in the log (it was cut off): what was held back after all. */
  readonly release: () => ReadonlyArray<Wire>
}

export const make = (cursor: string | null): Backlog => {
  let held: Array<Wire> | undefined = cursor === null ? undefined : []
  const release = (): ReadonlyArray<Wire> => {
    const lines = held ?? []
    held = undefined
    return lines
  }
  return {
    pass: (wire) => {
      if (held === undefined) return [wire]
      if (cursorOf(wire) === cursor) held = undefined
      else held.push(wire)
      return []
    },
    release
  }
}
