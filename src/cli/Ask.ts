/** The server's answers as client commands print them: as JSON, or decoded. */
import { Console, Effect, Schema } from "effect"
import { Flag } from "effect/cli"
import { printableJson } from "../domain/Printable.ts"
import { Client } from "./Client.ts"
import { failure } from "./Failure.ts"
import { progress } from "./Screen.ts"
import type { Operation, Reader, Rest } from "./Request.ts"

export const json = Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false))

/** The server's answer as it is, and decoded. */
export const ask = Effect.fnUntraced(function* <O extends Operation, A, E>(
  operation: O,
  schema: Reader<O, A, E>,
  ...rest: Rest<O>
) {
  const client = yield* Client
  const raw = yield* progress("Waiting for the server")(client.call(operation, ...rest))
  const value = yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(raw), () =>
    failure(`What answers at ${client.url} is no Loop that this command knows.`)
  )
  return { raw, value }
})

/** The same value; what would speak to a terminal stands in it as escapes. */
export const printJson = (raw: unknown) => Console.log(printableJson(JSON.stringify(raw, undefined, 2)))
