/** `loop url`: the link that opens the page. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { Client } from "./Client.ts"

export const url = Command.make(
  "url",
  {},
  Effect.fnUntraced(function* () {
    const { token, url } = yield* Client
    yield* Console.log(`${url}/login?token=${encodeURIComponent(token)}`)
  })
).pipe(Command.withDescription("Print the link that opens the page; whoever has it is the owner"))
