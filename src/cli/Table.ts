/** Rows as a terminal shows them, and as other programs read them. */
import { Console, Effect } from "effect"
import { printableLine } from "../domain/Printable.ts"
import { style, Styled } from "./Screen.ts"

/** On a terminal a head and aligned columns; elsewhere a line for each row, its fields between tabs. */
export const lines = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  isTerminal: boolean
): ReadonlyArray<string> => {
  const cells = rows.map((row) => row.map(printableLine))
  if (!isTerminal) return cells.map((row) => row.join("\t"))
  const widths = head.map((name, n) => Math.max(name.length, ...cells.map((row) => row[n]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) => row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join("  ")
  return [head, ...cells].map((row) => line(row).trimEnd())
}

export const printTable = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.suspend(() => {
    const isTerminal = process.stdout.isTTY === true
    return Effect.forEach(
      lines(head, rows, isTerminal),
      (line, at) => Console.log(isTerminal && at === 0 ? new Styled(style("bold", line)) : line),
      { discard: true }
    )
  })
