/** The server's answers as client commands print them: as JSON, or decoded. */
import { Console, Effect, Schema } from "effect"
import { Flag } from "effect/cli"
import { Client } from "./Client.ts"
import { failure } from "./Failure.ts"

export const json = Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false))

/** The server's answer as it is, and decoded. */
export const ask = Effect.fnUntraced(function* <A>(
  method: string,
  path: string,
  schema: Schema.ConstraintDecoder<A>,
  body?: unknown
) {
  const client = yield* Client
  const raw = yield* client.call(method, path, body)
  const value = yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(raw), () =>
    failure(`What answers at ${client.url} is no Loop that this command knows.`)
  )
  return { raw, value }
})

export const printJson = (raw: unknown) => Console.log(JSON.stringify(raw, undefined, 2))

/** Escape sequences and line breaks in what others wrote would speak to the terminal. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim()

/**
 * On a terminal a table with a head and aligned columns; elsewhere a line for each row, its fields between tabs, for
 * other programs.
 */
export const printTable = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.suspend(() => {
    const cells = rows.map((row) => row.map(plain))
    if (process.stdout.isTTY !== true)
      return Effect.forEach(cells, (row) => Console.log(row.join("\t")), { discard: true })
    const widths = head.map((name, n) => Math.max(name.length, ...cells.map((row) => row[n]?.length ?? 0)))
    const line = (row: ReadonlyArray<string>) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join("  ")
        .trimEnd()
    return Effect.forEach([head, ...cells], (row) => Console.log(line(row)), { discard: true })
  })
