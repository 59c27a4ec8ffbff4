/** `loop url`: the link that opens the page. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { json, printJson } from "./Ask.ts"
import { Client } from "./Client.ts"

export const url = Command.make(
  "url",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const { token, url } = yield* Client
    const link = `${url}/login?token=${encodeURIComponent(token)}`
    yield* json ? printJson({ url: link }) : Console.log(link)
  })
).pipe(Command.withDescription("Print the link that opens the page; whoever has it is the owner"))
