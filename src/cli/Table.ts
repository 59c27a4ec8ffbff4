/** Rows as a terminal shows them, and as other programs read them. */
import { Console, Effect } from "effect"

/** Escape sequences and line breaks in what others wrote would speak to the terminal. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim()

/** On a terminal a head and aligned columns; elsewhere a line for each row, its fields between tabs. */
export const lines = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  isTerminal: boolean
): ReadonlyArray<string> => {
  const cells = rows.map((row) => row.map(plain))
  if (!isTerminal) return cells.map((row) => row.join("\t"))
  const widths = head.map((name, n) => Math.max(name.length, ...cells.map((row) => row[n]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) => row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join("  ")
  return [head, ...cells].map((row) => line(row).trimEnd())
}

export const printTable = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.suspend(() =>
    Effect.forEach(lines(head, rows, process.stdout.isTTY === true), (line) => Console.log(line), { discard: true })
  )
