/** The configuration in force: the file's last good reading, and what it means for one channel. */
import { Context, Schema, type Effect, type Stream } from "effect"
import type {
  BusyMode,
  Channel,
  NetworkPolicy,
  PermissionMode,
  ThreadWorkdir,
  UnattendedPermissions
} from "../domain/Channel.ts"
import type { Config, ConfigProblem } from "../domain/Config.ts"
import type { ChannelId, ProcessId } from "../domain/Ids.ts"
import type { McpServerSpec } from "./Agent.ts"
import type { AskedCopy, AskedMount } from "./MountGuard.ts"
import type { TaskTemplate } from "../domain/config/parts.ts"
import type { ConfiguredPath } from "../domain/memory/Places.ts"

/** The file cannot be used; every problem at once. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  path: Schema.String,
  problems: Schema.Array(Schema.Struct({ key: Schema.String, message: Schema.String, line: Schema.NullOr(Schema.Int) }))
}) {
  override get message() {
    return this.problems
      .map((p) => `${this.path}${p.line === null ? "" : `:${p.line}`}: ${p.key === "" ? "" : `${p.key}: `}${p.message}`)
      .join("\n")
  }
}

/** Absolute paths in LOOP_HOME (`spec`: Files in `LOOP_HOME`). */
export interface LoopPaths {
  /** The home of whom Loop runs as. */
  readonly userHome: string
  readonly home: string
  readonly config: string
  readonly database: string
  readonly token: string
  readonly container: string
  readonly templates: string
  readonly logs: string
  readonly run: string
  /** `channels/<channel>/work`. */
  readonly work: (channel: ChannelId) => string
  /** `channels/<root channel>/home`: HOME of a channel's boxes, shared with its threads. */
  readonly boxHome: (root: ChannelId) => string
  /** `run/<process id>`: under 100 bytes. */
  readonly socketDir: (process: ProcessId) => string
}

/** It waits for an owner who approves exactly that, or was approved and applies. */
export interface ProjectReach {
  /** The channel whose row says what is approved: the thread's own where it has a directory of its own. */
  readonly place: ChannelId
  /** Of the content and the directory. */
  readonly hash: string
  /** Without links. */
  readonly directory: string
  readonly keys: ReadonlyArray<string>
  /** JSON in one order, without what acts inside the box only. */
  readonly content: string
  readonly approved: boolean
}

/** How a channel's notes are indexed. */
export interface MemorySettings {
  readonly on: boolean
  readonly paths: ReadonlyArray<ConfiguredPath>
  /** UTF-16 units of one piece. */
  readonly maxChunkChars: number
  readonly model: string
  readonly ollamaUrl: string
}

/** Global configuration, what of the project's applies, and the channel's own settings, in one. */
export interface Effective {
  readonly workDir: string
  readonly image: string
  readonly binary: string
  readonly model: string
  readonly limits: { readonly memoryMb: number; readonly cpus: number; readonly pids: number }
  readonly network: NetworkPolicy
  readonly busy: BusyMode
  readonly permissionMode: PermissionMode
  readonly allowedTools: ReadonlyArray<string>
  readonly unattendedPermissions: UnattendedPermissions
  readonly approvalTimeoutSec: number
  readonly timeoutSec: number
  /** The same call of a tool so often in a row ends a run; 0: never. */
  readonly repeatedCallLimit: number
  readonly keepAliveSec: number
  readonly threadWorkdir: ThreadWorkdir
  readonly streaming: boolean
  readonly env: Readonly<Record<string, string>>
  /** As they were asked for; `MountGuard` says which of them a box has. */
  readonly mounts: ReadonlyArray<AskedMount>
  readonly copyFiles: ReadonlyArray<AskedCopy>
  readonly mcpServers: Readonly<Record<string, McpServerSpec>>
  readonly timezone: string
  /** `project`: from the project's file, which goes before the configuration. */
  readonly templates: ReadonlyArray<TaskTemplate & { readonly project: boolean }>
  readonly credential: "api_key" | "oauth"
  readonly memory: MemorySettings
  /** What the project's file reaches out of its box for; null where it does not. */
  readonly project: ProjectReach | null
  /** Sentences to be shown: what of the project's file is broken, an MCP entry named `loop`, … */
  readonly warnings: ReadonlyArray<string>
}

export class Settings extends Context.Service<
  Settings,
  {
    readonly paths: LoopPaths
    /** The last good configuration. */
    readonly current: Effect.Effect<Config>
    /** What is wrong with the file as it stands: there after an edit that was refused, until one that applies. */
    readonly problems: Effect.Effect<ReadonlyArray<ConfigProblem>>
    /** Each good configuration that replaces another one, and each refused edit. */
    readonly changes: Stream.Stream<
      | { readonly _tag: "Applied"; readonly config: Config }
      | { readonly _tag: "Refused"; readonly problems: ReadonlyArray<ConfigProblem> }
    >
    /**
     * What applies to a channel now; `root` is its parent (itself where it has none). Reads the project's file anew,
     * without following links out of the directory; a broken project file is a warning, never a failure.
     */
    readonly forChannel: (channel: Channel, root: Channel) => Effect.Effect<Effective>
  }
>()("loop/services/Settings") {}
