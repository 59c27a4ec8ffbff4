/** What this browser remembers: how the page looks and whether it notifies. Never a token, never what was said. */
import { create } from "zustand"

const prefix = "loop:"

const stored = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(prefix + key) ?? "null")
  } catch {
    return null
  }
}

/** A value that all windows of this browser share; `fallback` where there is none that `is` one. */
export const remembered = <A>(key: string, fallback: A, is: (value: unknown) => value is A) => {
  const valueOf = () => {
    const value = stored(key)
    return is(value) ? value : fallback
  }
  const use = create<{ readonly value: A }>()(() => ({ value: valueOf() }))
  window.addEventListener("storage", (event) => event.key === prefix + key && use.setState({ value: valueOf() }))
  const set = (value: A) => {
    use.setState({ value })
    try {
      localStorage.setItem(prefix + key, JSON.stringify(value))
    } catch {
      // A browser that keeps nothing forgets it with the window.
    }
  }
  return { get: () => use.getState().value, set, use: (): A => use(({ value }) => value) }
}

export const isString = (value: unknown): value is string => typeof value === "string"
