/** The in-band MCP server `loop`: answers an agent's JSON-RPC messages with Loop's own tools. */
import { Context, type Effect, type Schema } from "effect"
import type { ChannelId, ProcessId, RunId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** For whom a tool acts. */
export interface ToolCaller {
  readonly channel_id: ChannelId
  /** Null: the process has no run. It may greet and ask for the list of tools, its calls are refused. */
  readonly run_id: RunId | null
  readonly process_id: ProcessId
}

export class ToolHost extends Context.Service<
  ToolHost,
  {
    /**
     * Whether the message asks for something that no transaction covers, such as an act on a chat platform: then `handle`
     * is called without one, after the request has been stored.
     */
    readonly isOutside: (message: Schema.Json) => boolean
    /**
     * The JSON-RPC answer to one message (null for a notification). A tool's writes join the caller's transaction,
     * so that request row and side effect are stored together; a tool's failure is a result with `isError`, never a
     * failure here. Only storage can fail.
     */
    readonly handle: (caller: ToolCaller, message: Schema.Json) => Effect.Effect<Schema.Json | null, StoreError>
  }
>()("loop/services/ToolHost") {}
