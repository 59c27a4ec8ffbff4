/** What a tool is: written once, served over every transport. */
import { Effect, Schema, SchemaIssue } from "effect"
import type { SecureRandom } from "effect/crypto"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { Authorizer } from "../services/Authorizer.ts"
import type { Channels } from "../services/Channels.ts"
import type { LateConversations } from "../services/LateConversations.ts"
import type { LateTaskControl } from "../services/LateTaskControl.ts"
import type { Memory } from "../services/Memory.ts"
import type { Messages } from "../services/Messages.ts"
import type { Outgoing } from "../services/Outgoing.ts"
import type { PackageFiles } from "../services/PackageFiles.ts"
import type { Runs } from "../services/Runs.ts"
import type { Settings } from "../services/Settings.ts"
import type { StoreError } from "../services/Store.ts"
import type { Subject } from "../services/Tokens.ts"
import type { WorkFiles } from "../services/WorkFiles.ts"

/** What the tools call. */
export type ToolServices =
  | Authorizer
  | Channels
  | LateConversations
  | LateTaskControl
  | Memory
  | Messages
  | Outgoing
  | PackageFiles
  | Runs
  | SecureRandom.SecureRandom
  | Settings
  | WorkFiles

/** For whom a tool acts, and in which channel. */
export interface Caller {
  readonly subject: Subject
  readonly channel_id: ChannelId
  /** Null: a program outside of any run. */
  readonly run_id: RunId | null
}

/** The tool could not do it; `message` is for the agent and says what to do instead. */
export class ToolFailed extends Schema.TaggedError<ToolFailed>()("ToolFailed", { message: Schema.String }) {}

export interface Tool {
  readonly name: string
  /** Tells the agent when to use it. */
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly inputSchema: { readonly type: "object"; readonly [key: string]: unknown }
  /** It acts where no transaction covers it, and so without one; it may be run again when Loop dies meanwhile. */
  readonly outside: boolean
  /** Its text quotes what others wrote (names, prompts, results): it is fenced for agents. */
  readonly quotes: boolean
  /** Whether it is in the list of tools for that channel; undefined: for a program that has named none. */
  readonly offered: (channel: ChannelId | undefined) => Effect.Effect<boolean, StoreError, ToolServices>
  /** The text for the agent. Writes join the transaction of whoever calls. */
  readonly run: (args: unknown, caller: Caller) => Effect.Effect<string, ToolFailed | StoreError, ToolServices>
}

const issues = SchemaIssue.makeFormatterStandardSchemaV1()

const wrongArguments = (error: Schema.SchemaError) =>
  new ToolFailed({
    message: issues(error.issue)
      .issues.map(({ message, path }) => {
        const key = (path ?? []).map(String).join(".")
        return `Argument ${key}: ${message === "Missing key" ? "is required" : message}.`
      })
      .join(" ")
  })

/** A tool from the schema of its arguments and what it does with them. */
export const tool = <T, E>(
  spec: {
    readonly name: string
    readonly description: string
    readonly input: Schema.Codec<T, E>
    readonly outside?: boolean
    readonly quotes?: boolean
    readonly offered?: Tool["offered"]
  },
  body: (input: T, caller: Caller) => Effect.fn.Return<string, ToolFailed | StoreError, ToolServices>
): Tool => ({
  name: spec.name,
  description: spec.description,
  outside: spec.outside ?? false,
  offered: spec.offered ?? (() => Effect.succeed(true)),
  quotes: spec.quotes ?? false,
  inputSchema: { ...Schema.toJsonSchemaDocument(spec.input).schema, type: "object" },
  run: Effect.fn(`Tool.${spec.name}`)(function* (args: unknown, caller: Caller) {
    const input = yield* Schema.decodeUnknownEffect(spec.input, { errors: "all" })(args).pipe(
      Effect.mapError(wrongArguments)
    )
    return yield* body(input, caller)
  })
})
