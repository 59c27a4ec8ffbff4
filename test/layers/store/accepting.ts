/** Accepts messages into the file named on the command line until it is killed, and prints each id once it is accepted. */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import * as Store from "../../../src/layers/store/index.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { inbound, openRoom } from "./support.ts"

const accept = Effect.gen(function* () {
  const messages = yield* Messages
  yield* openRoom()
  for (let n = 0; ; n++) {
    yield* messages.accept(inbound(`m${n}`))
    writeSync(1, `m${n}\n`)
  }
})

await Effect.runPromise(Effect.provide(accept, Store.layer(process.argv[2] ?? "")))
