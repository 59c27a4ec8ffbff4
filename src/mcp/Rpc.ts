/**
 * One JSON-RPC message to the MCP server `loop`, and its answer. Each message gets a server of its own, which costs
 * 0.02 ms and keeps nothing: nobody has to greet before a call, neither an agent whose supervisor was replaced nor a
 * program that speaks over HTTP. A tool runs in the fiber that asks, so that its writes are part of that fiber's
 * transaction and end with it.
 */
import { Effect, Queue, type Schema } from "effect"
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import {
  CallToolRequestSchema,
  type CallToolResult,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  ListToolsRequestSchema
} from "@modelcontextprotocol/sdk/types.js"
import type { ChannelId } from "../domain/Ids.ts"
import { type Caller, type Tool, ToolFailed } from "./Tool.ts"

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

export const said = (text: string, isError: boolean): CallToolResult => ({ content: [{ type: "text", text }], isError })

/** Carries one call out. */
export type Calling<E, R> = (name: string, args: unknown) => Effect.Effect<CallToolResult, E, R>

/** A tool's own failure, and a defect of ours, are results; only storage fails. */
export const call = (tool: Tool, args: unknown, caller: Caller) =>
  tool
    .run(args, caller)
    .pipe(
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError(`The tool ${tool.name} met a defect`, defect),
          new ToolFailed({ message: `The tool ${tool.name} failed inside Loop. Go on without it and say so.` })
        )
      )
    )

export const asResult = <E, R>(text: Effect.Effect<string, E | ToolFailed, R>) =>
  text.pipe(
    Effect.map((answer) => said(answer, false)),
    Effect.catchIf(
      (error): error is ToolFailed => error instanceof ToolFailed,
      (failure) => Effect.succeed(said(failure.message, true))
    )
  )

export const find = (offered: ReadonlyArray<Tool>, name: string): Effect.Effect<Tool, ToolFailed> => {
  const found = offered.find((tool) => tool.name === name)
  return found === undefined
    ? Effect.fail(new ToolFailed({ message: `There is no tool ${name}.` }))
    : Effect.succeed(found)
}

const exchange = Effect.fnUntraced(function* <E, R>(
  version: string,
  offered: ReadonlyArray<Tool>,
  message: JSONRPCMessage,
  calling: Calling<E, R>
) {
  const steps = yield* Queue.unbounded<Step>()
  const { server, transport } = serverOf(version, offered, steps)
  return yield* Effect.acquireUseRelease(
    Effect.promise(() => server.connect(transport)),
    Effect.fnUntraced(function* () {
      transport.onmessage?.(message)
      for (;;) {
        const step = yield* Queue.take(steps)
        if (step._tag === "Answer") return step.message
        step.reply(yield* calling(step.name, step.args))
      }
    }),
    () => Effect.promise(() => server.close())
  )
})

const malformed = (message: Schema.Json): Schema.Json => {
  const id = typeof message === "object" && message !== null && "id" in message ? message["id"] : null
  return { jsonrpc: "2.0", id: id ?? null, error: { code: -32_600, message: "Not a JSON-RPC 2.0 request" } }
}

/** The answer to one message; null for a notification. */
export const answer = Effect.fnUntraced(function* <E, R>(
  version: string,
  offered: ReadonlyArray<Tool>,
  message: Schema.Json,
  calling: Calling<E, R>
): Effect.fn.Return<Schema.Json | null, E, R> {
  const parsed = JSONRPCMessageSchema.safeParse(message)
  if (!parsed.success) return malformed(message)
  if (!("method" in parsed.data && "id" in parsed.data)) return null
  return yield* exchange(version, offered, parsed.data, calling)
})

/** Of all tools those to be listed: they are looked through only where a message asks for the list. */
export const listed = (all: ReadonlyArray<Tool>, message: Schema.Json, channel: ChannelId | undefined) =>
  ListToolsRequestSchema.safeParse(message).success
    ? Effect.filter(all, (tool) => tool.offered(channel))
    : Effect.succeed(all)

/** The name of the tool that a message calls. */
export const called = (message: Schema.Json): string | undefined => {
  const call = CallToolRequestSchema.safeParse(message)
  return call.success ? call.data.params.name : undefined
}
