/** The box an agent process lives in: a locked container, or bubblewrap where there is no engine. */
import { Context, Schema, type Effect, type Scope, type Stream } from "effect"
import type { Forward } from "../domain/egress/Inside.ts"
import type { ChannelId, ProcessId } from "../domain/Ids.ts"

/** Which wall is used. */
export type SandboxKind = "docker" | "bubblewrap"

/**
 * How a box reaches the supervisor's sockets: `socket`, they are mounted; `exec`, a relay in the box carries them over a
 * stream of the engine's, where they cannot be.
 */
export type Transport = "socket" | "exec"

/**
 * What went wrong with the wall itself, by what can be done about it: `no_engine` (nothing answers at `target`),
 * `no_rights` (it answers but refuses us), `no_image` (the image is missing or could not be built), `bad_mount`
 * (`target` cannot be mounted), `disk_full`, `vanished` (the box is gone), `other`.
 */
export class SandboxError extends Schema.TaggedError<SandboxError>()("SandboxError", {
  reason: Schema.Literals(["no_engine", "no_rights", "no_image", "bad_mount", "disk_full", "vanished", "other"]),
  target: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Sandbox ${this.reason} (${this.target}): ${this.detail}`
  }
}

/** One mount. `source`: an absolute host path, or a named volume when `volume` is true. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  readonly volume: boolean
}

/** A box to be started. All paths are absolute host paths; `workDir` and `home` keep their path inside. */
export interface BoxSpec {
  readonly processId: ProcessId
  readonly channelId: ChannelId
  /** For the container's name: the last part of the work directory, or the channel's id. */
  readonly title: string
  readonly image: string
  readonly argv: ReadonlyArray<string>
  /** Nothing secret: everything in the box can read it. */
  readonly env: Readonly<Record<string, string>>
  readonly workDir: string
  /** Where that was judged to lead, without links: nothing else is mounted there. Without it, what is there is. */
  readonly workReal?: string | undefined
  /** HOME of the box: `channels/<root channel>/home`. */
  readonly home: string
  /** `run/<process id>`, holding the supervisor's sockets for this process; at `/run/loop` in the box (`Transport`). */
  readonly socketDir: string
  readonly mounts: ReadonlyArray<Mount>
  /** Host files of which the box gets copies of its own. */
  readonly copyFiles: ReadonlyArray<{ readonly source: string; readonly target: string }>
  readonly limits: { readonly memoryMb: number; readonly cpus: number; readonly pids: number }
  /** The box has no network but its loopback: ports of it that lead to sockets in `socketDir`. */
  readonly forwards: ReadonlyArray<Forward>
  /** Names of sockets in `socketDir` that programs in the box connect to themselves. */
  readonly sockets?: ReadonlyArray<string>
  readonly timezone: string
  /** Stored as a label; see `BoxInfo`. */
  readonly configHash: string
}

/** A process inside a box, as the box's own process list shows it. `elapsedSec` is its age. */
export interface BoxProcess {
  readonly pid: number
  readonly ppid: number
  readonly elapsedSec: number
  readonly command: string
}

export interface BoxExit {
  /** Null when a signal or the engine ended it and no code is known. */
  readonly code: number | null
  readonly outOfMemory: boolean
}

/** A running box. Closing the scope it was made in lets go of it and does NOT end it: `kill` does. */
export interface Box {
  readonly processId: ProcessId
  /** Writes one line (the newline is added) to its stdin. Fails with `vanished` when it is gone. */
  readonly write: (line: string) => Effect.Effect<void, SandboxError>
  /** End of input. */
  readonly closeInput: Effect.Effect<void, SandboxError>
  /** Its stdout, line by line, of any length; ends when the process has ended and all is read. One consumer. */
  readonly lines: Stream.Stream<string, SandboxError>
  /** The last 8 KiB of its stderr. */
  readonly stderr: Effect.Effect<string>
  /** Waits for its end. */
  readonly exit: Effect.Effect<BoxExit>
  /** Sends a signal to the agent process (not to the box's init). */
  readonly signal: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => Effect.Effect<void, SandboxError>
  /** Everything that runs inside now, without the box's own init and watchdog and their children. */
  readonly processes: Effect.Effect<ReadonlyArray<BoxProcess>, SandboxError>
  /** Ends the box and everything in it, and returns when nothing of it runs any more. Never fails: gone is gone. */
  readonly kill: Effect.Effect<void>
}

/** A box of this installation, as the engine lists it. */
export interface BoxInfo {
  readonly processId: ProcessId
  readonly channelId: ChannelId
  readonly configHash: string
  readonly running: boolean
}

export class Sandbox extends Context.Service<
  Sandbox,
  {
    readonly kind: SandboxKind
    /** Starts a box; its image is there or is built first. Interruption before the return leaves no box behind. */
    readonly start: (spec: BoxSpec) => Effect.Effect<Box, SandboxError, Scope.Scope>
    /**
     * Takes over a box that an earlier supervisor started: `lines` begins at the box's log from `since` (epoch
     * milliseconds, less a second of slack), so some lines come again; a box that has ended gives its last lines
     * and its exit. Undefined when there is no such box (under bubblewrap always: its pipes died with us; what is left
     * of the old process is killed first).
     */
    readonly adopt: (processId: ProcessId, since: number) => Effect.Effect<Box | undefined, SandboxError, Scope.Scope>
    /** Every box of this installation, running or ended; never another installation's. */
    readonly list: Effect.Effect<ReadonlyArray<BoxInfo>, SandboxError>
    /** Removes a box by id, running or not; succeeds when there is none. */
    readonly remove: (processId: ProcessId) => Effect.Effect<void, SandboxError>
    /** Names what boxes are made of now (the image's digest): part of the config hash. Makes sure the image is there. */
    readonly fingerprint: (image: string) => Effect.Effect<string, SandboxError>
    /** Whether boxes could be started now; the error says what is missing. Starts nothing. */
    readonly check: Effect.Effect<void, SandboxError>
    /** How boxes reach the supervisor's sockets here; undefined before the first box has shown it. Starts nothing. */
    readonly transport: Effect.Effect<Transport | undefined, SandboxError>
    /** What this wall does not hold back here, in sentences; for start-up and the doctor. */
    readonly caveats: Effect.Effect<ReadonlyArray<string>>
  }
>()("loop/services/Sandbox") {}
