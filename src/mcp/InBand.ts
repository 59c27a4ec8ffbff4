/**
 * `ToolHost`: the MCP server that agents reach through their own pipe. That a request is carried out once only is for
 * the one who asks to know (by its row).
 */
import { Context, Effect, Layer } from "effect"
import { PackageFiles } from "../services/PackageFiles.ts"
import { ToolHost } from "../services/ToolHost.ts"
import * as Rpc from "./Rpc.ts"
import type { Tool, ToolServices } from "./Tool.ts"
import { tools } from "./Tools.ts"

/** Nobody asked for that turn, or its run has ended: nobody would see what it did. */
const outside = Rpc.said(
  "Nothing was done: no message is being worked on here. Call the tool again when the next message asks for it.",
  true
)

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
          // An agent acts for Loop; what it may reach is decided tool by tool.
          const caller = { channel_id, run_id, subject: { kind: "system" } } as const
          return yield* Rpc.answer(version, offered, message, (name, args) =>
            run_id === null
              ? Effect.succeed(outside)
              : Rpc.asResult(Effect.flatMap(Rpc.find(offered, name), (tool) => Rpc.call(tool, args, caller)))
          ).pipe(Effect.updateContext((calling: Context.Context<never>) => Context.merge(services, calling)))
        })
      })
    })
  )

export const layer = layerOf(tools)
