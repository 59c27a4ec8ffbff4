/**
 * `POST /mcp`: MCP over Streamable HTTP. Each request stands by itself, without a session: a call needs nothing that an
 * earlier one left, so a restart of the server is not noticed. Who calls and from where is checked as for every route.
 */
import { Effect, Queue, Schema } from "effect"
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js"
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js"
import * as Remote from "../mcp/Remote.ts"
import { findChannel } from "./Channels.ts"
import { type Call, route } from "./Route.ts"

const Query = Schema.Struct({
  channel_id: Schema.optionalKey(
    Schema.NonEmptyString.annotate({ description: "The channel that the tools act for; needed for calls" })
  )
})

type Received = Call<typeof Query.Type, Schema.Json>

/** The SDK's transport knows the protocol's headers and versions; what a message means is for the tools' server. */
const exchange = Effect.fnUntraced(function* ({ body, query, request, subject }: Received) {
  const channel = query.channel_id === undefined ? undefined : yield* findChannel(subject, query.channel_id)
  const caller = { subject, channel_id: channel?.channel_id }
  const inbox = yield* Queue.unbounded<JSONRPCMessage>()
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const onmessage = (message: JSONRPCMessage) => void Queue.offerUnsafe(inbox, message)
  Object.assign(transport, { onmessage })
  const answering = Effect.gen(function* () {
    const message = yield* Queue.take(inbox)
    const answer = yield* Remote.answer(caller, message as unknown as Schema.Json)
    if (answer !== null) yield* Effect.promise(() => transport.send(answer as unknown as JSONRPCMessage))
  })
  return yield* Effect.acquireUseRelease(
    Effect.promise(() => transport.start()),
    () =>
      Effect.raceFirst(
        Effect.promise(() => transport.handleRequest(request, { parsedBody: body })),
        Effect.forever(answering)
      ),
    () => Effect.promise(() => transport.close())
  )
})

const post = route(
  "POST",
  "/mcp",
  {
    summary: "MCP over Streamable HTTP: one JSON-RPC message or several, answered as JSON",
    query: Query,
    body: Schema.Json,
    answer: { status: 200, description: "The answer", schema: Schema.Json },
    also: [{ status: 202, description: "Taken; there is nothing to answer" }],
    problems: [404]
  },
  function* (call) {
    return yield* exchange(call)
  }
)

export const mcpRoutes = [post]
