/** The same tools for programs that hold a token: an IDE, another agent. They act for one channel, which they name. */
import { Effect, type Schema } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Masking } from "../services/Masking.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { Store } from "../services/Store.ts"
import type { Subject } from "../services/Tokens.ts"
import * as Rpc from "./Rpc.ts"
import { type Tool, ToolFailed } from "./Tool.ts"
import { tools } from "./Tools.ts"

export interface RemoteCaller {
  readonly subject: Subject
  /** Undefined: it named none. It may greet and ask for the list of tools, its calls are refused. */
  readonly channel_id: ChannelId | undefined
}

/** What a tool writes is written whole or not at all, unless it acts where no transaction reaches. */
const run = Effect.fnUntraced(function* (tool: Tool, args: unknown, { channel_id, subject }: RemoteCaller) {
  if (channel_id === undefined) {
    return yield* new ToolFailed({
      message: "Nothing was done: no channel is named. Add ?channel_id=<id> to the address of this server."
    })
  }
  const authorizer = yield* Authorizer
  yield* Effect.catchTag(authorizer.authorize(subject, "write", channel_id), "Denied", ({ message }) =>
    Effect.fail(new ToolFailed({ message }))
  )
  const work = Rpc.call(tool, args, { channel_id, run_id: null, subject })
  return yield* tool.outside ? work : Store.use((store) => store.transaction(work))
})

/** The JSON-RPC answer to one message, masked; null for a notification. Only storage can fail. */
export const answer = Effect.fn("Mcp.answer")(function* (caller: RemoteCaller, message: Schema.Json) {
  const { version } = yield* PackageFiles
  const listed = yield* Rpc.listed(tools, message, caller.channel_id)
  const given = yield* Rpc.answer(version, listed, message, (name, args) =>
    Rpc.asResult(Effect.flatMap(Rpc.find(tools, name), (tool) => run(tool, args, caller)))
  )
  return given === null ? null : (yield* Masking).data(given)
})
