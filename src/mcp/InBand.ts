/**
 * `ToolHost`: the MCP server that agents reach through their own pipe. Each message gets a server of its own, which
 * costs 0.02 ms and keeps nothing: a supervisor that came back may be asked for a tool without `initialize` before it.
 * A tool runs in the fiber that asks, so that its writes are part of that fiber's transaction and end with it; that
 * a request is carried out once only is for the one who asks to know (by its row).
 */
import { Context, Effect, Layer, Queue, type Schema } from "effect"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import {
  CallToolRequestSchema,
  type CallToolResult,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  ListToolsRequestSchema
} from "@modelcontextprotocol/sdk/types.js"
import { PackageFiles } from "../services/PackageFiles.ts"
import type { StoreError } from "../services/Store.ts"
import { type ToolCaller, ToolHost } from "../services/ToolHost.ts"
import { type Tool, ToolFailed, type ToolServices } from "./Tool.ts"
import { tools } from "./Tools.ts"

/** What the SDK's server wants of us while it deals with one message. */
type Step =
  | { readonly _tag: "Answer"; readonly message: Schema.Json }
  | {
      readonly _tag: "Call"
      readonly name: string
      readonly args: unknown
      readonly reply: (result: CallToolResult) => void
    }

const noElicitation = { getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "" }) as const }

const serverOf = (version: string, offered: ReadonlyArray<Tool>, steps: Queue.Queue<Step>) => {
  // The high-level server would check arguments with its own schemas; ours are Effect's.
  const server = new Server(
    { name: "loop", version },
    { capabilities: { tools: {} }, jsonSchemaValidator: noElicitation }
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: offered.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))
  }))
  server.setRequestHandler(
    CallToolRequestSchema,
    ({ params }) =>
      new Promise<CallToolResult>((reply) => {
        Queue.offerUnsafe(steps, { _tag: "Call", name: params.name, args: params.arguments ?? {}, reply })
      })
  )
  const transport: Transport = {
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    send: (message) => {
      Queue.offerUnsafe(steps, { _tag: "Answer", message: JSON.parse(JSON.stringify(message)) })
      return Promise.resolve()
    }
  }
  return { server, transport }
}

const said = (text: string, isError: boolean): CallToolResult => ({ content: [{ type: "text", text }], isError })

/** Nobody asked for that turn, or its run has ended: nobody would see what it did. */
const outside = said(
  "Nothing was done: no message is being worked on here. Call the tool again when the next message asks for it.",
  true
)

/** A tool's own failure, and a defect of ours, are results; only storage fails. */
const call = (offered: ReadonlyArray<Tool>, name: string, args: unknown, caller: ToolCaller) => {
  const found = offered.find((tool) => tool.name === name)
  const text =
    found === undefined
      ? Effect.fail(new ToolFailed({ message: `There is no tool ${name}.` }))
      : found
          .run(args, caller)
          .pipe(
            Effect.catchDefect((defect) =>
              Effect.andThen(
                Effect.logError(`The tool ${name} met a defect`, defect),
                new ToolFailed({ message: `The tool ${name} failed inside Loop. Go on without it and say so.` })
              )
            )
          )
  return text.pipe(
    Effect.map((answer) => said(answer, false)),
    Effect.catchTag("ToolFailed", (failure) => Effect.succeed(said(failure.message, true)))
  )
}

const exchange = Effect.fnUntraced(function* (
  version: string,
  offered: ReadonlyArray<Tool>,
  caller: ToolCaller,
  message: JSONRPCMessage
): Effect.fn.Return<Schema.Json, StoreError, ToolServices> {
  const steps = yield* Queue.unbounded<Step>()
  const { server, transport } = serverOf(version, offered, steps)
  return yield* Effect.acquireUseRelease(
    Effect.promise(() => server.connect(transport)),
    Effect.fnUntraced(function* () {
      transport.onmessage?.(message)
      for (;;) {
        const step = yield* Queue.take(steps)
        if (step._tag === "Answer") return step.message
        step.reply(caller.run_id === null ? outside : yield* call(offered, step.name, step.args, caller))
      }
    }),
    () => Effect.promise(() => server.close())
  )
})

const malformed = (message: Schema.Json): Schema.Json => {
  const id = typeof message === "object" && message !== null && "id" in message ? message["id"] : null
  return { jsonrpc: "2.0", id: id ?? null, error: { code: -32_600, message: "Not a JSON-RPC 2.0 request" } }
}

export const layerOf = (offered: ReadonlyArray<Tool>): Layer.Layer<ToolHost, never, ToolServices> =>
  Layer.effect(
    ToolHost,
    Effect.gen(function* () {
      const { version } = yield* PackageFiles
      const services = yield* Effect.context<ToolServices>()
      const outside = new Set(offered.filter((each) => each.outside).map(({ name }) => name))
      return ToolHost.of({
        isOutside: (message) => {
          const call = CallToolRequestSchema.safeParse(message)
          return call.success && outside.has(call.data.params.name)
        },
        handle: Effect.fn("ToolHost.handle")(function* (caller, message) {
          const parsed = JSONRPCMessageSchema.safeParse(message)
          if (!parsed.success) return malformed(message)
          if (!("method" in parsed.data && "id" in parsed.data)) return null
          return yield* exchange(version, offered, caller, parsed.data).pipe(
            Effect.updateContext((calling: Context.Context<never>) => Context.merge(services, calling))
          )
        })
      })
    })
  )

export const layer = layerOf(tools)
