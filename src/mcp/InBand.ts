/**
 * `ToolHost`: the MCP server that agents reach through their own pipe. That a request is carried out once only is for
 * the one who asks to know (by its row).
 */
import { Context, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { fence, nonce } from "../domain/Fence.ts"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { Subject } from "../domain/Subject.ts"
import { Messages } from "../services/Messages.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { ToolHost } from "../services/ToolHost.ts"
import { allowed } from "./Asking.ts"
import * as Rpc from "./Rpc.ts"
import type { Tool, ToolServices } from "./Tool.ts"
import { tools } from "./Tools.ts"

/** Nobody asked for that turn, or its run has ended: nobody would see what it did. */
const outside = Rpc.said(
  "Nothing was done: no message is being worked on here. Call the tool again when the next message asks for it.",
  true
)

/** An agent may do what those may who asked for its work, and no more. */
const work = Effect.fnUntraced(function* (tool: Tool, args: unknown, channel_id: ChannelId, run_id: RunId) {
  const authors = yield* Messages.use((messages) => messages.authorsOf(run_id))
  const subject: Subject = { kind: "run", run_id, channel_id, authors }
  yield* allowed(subject, "write", channel_id)
  const text = yield* Rpc.call(tool, args, { channel_id, run_id, subject })
  return tool.quotes ? fence("tool", text, yield* SecureRandom.SecureRandom.use(nonce)) : text
})

export const layerOf = (offered: ReadonlyArray<Tool>): Layer.Layer<ToolHost, never, ToolServices> =>
  Layer.effect(
    ToolHost,
    Effect.gen(function* () {
      const { version } = yield* PackageFiles
      const services = yield* Effect.context<ToolServices>()
      const acting = new Set(offered.filter((each) => each.outside).map(({ name }) => name))
      return ToolHost.of({
        isOutside: (message) => acting.has(Rpc.called(message) ?? ""),
        handle: Effect.fn("ToolHost.handle")(function* ({ channel_id, run_id }, message) {
          return yield* Effect.flatMap(Rpc.listed(offered, message, channel_id), (listed) =>
            Rpc.answer(version, listed, message, (name, args) =>
              run_id === null
                ? Effect.succeed(outside)
                : Rpc.asResult(Effect.flatMap(Rpc.find(offered, name), (tool) => work(tool, args, channel_id, run_id)))
            )
          ).pipe(Effect.updateContext((calling: Context.Context<never>) => Context.merge(services, calling)))
        })
      })
    })
  )

export const layer = layerOf(tools)
