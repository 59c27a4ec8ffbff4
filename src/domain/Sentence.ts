/** Every sentence that the channel actor says in a channel: what happened, and the next step. */
import type { TurnFailure } from "./AgentEvent.ts"
import { apiSentence } from "./ApiFailure.ts"
import type { StopKind } from "./RunState.ts"
import { ending, spokenSeconds, summary } from "./Text.ts"

export const emptyAnswer = "The agent finished without a text answer."

export const unaskedTurn = "The agent began a turn that nobody asked for; it was interrupted."

export const compacting =
  "The conversation has grown too long for the model; it is being compacted, then your message goes on."

export const compacted = "The conversation was compacted."

export const freshSession =
  "The earlier session could not be found, so a new one was begun with the last messages of this channel."

export const boxLost = "The agent's box was lost in the middle of the work; it goes on in a new one."

export const mcpServerFailed = (name: string): string =>
  `The MCP server "${name}" did not start, so its tools are missing; check its command under mcp.servers. The work goes on without it.`

export const stopped = (kind: StopKind, timeLimitSec: number): string => {
  switch (kind) {
    case "stopped":
      return "Stopped."
    case "interrupted":
      return "Stopped for your newer message."
    case "shutdown":
      return "Stopped because Loop is being shut down; send the message again when it is back."
    case "budget":
      return "Stopped by the budget."
    case "parked":
      return "Stopped by the model API's usage limit."
    case "repeated":
      return "Stopped because the agent repeated itself."
    case "timed_out":
      return `Stopped after ${spokenSeconds(timeLimitSec)}, the time limit of a run (container_timeout_sec). What was done is kept; write again to go on.`
  }
}

/** What a retry of the model call tells. */
export const retry = (status: number | null, detail: string): string =>
  status === null || status === 0
    ? `The model API could not be reached (${summary(detail, 120)}); trying again.`
    : `The model API answered ${status}; trying again.`

const sentence = (text: string): string =>
  text === "" ? "no reason was given." : /[.!?…]$/.test(text) ? text : `${text}.`

/** What a failed turn tells. */
export const failure = (failed: TurnFailure, compactingFailed: boolean): string => {
  const detail = summary(failed.detail, 300)
  if (compactingFailed) {
    return `The conversation is too long and could not be compacted: ${sentence(detail)} Use reset to begin a new session.`
  }
  switch (failed.kind) {
    case "api":
      return apiSentence(failed.status, failed.detail)
    case "session_missing":
      return "The session could not be found, not even a new one could be begun. Use reset, then send the message again."
    case "prompt_too_long":
      return "The conversation is too long for the model even after compaction. Use reset to begin a new session."
    case "max_turns":
      return "The agent reached its limit of turns before it was done. Write again to go on."
    case "engine":
      return `The agent failed: ${sentence(detail)} Send the message again, or use reset when it happens again.`
  }
}

/** Why a process ended, for logs and the reason of a failed run. */
export const exit = (code: number | null, stderr: string): string => {
  const words = ending(stderr, 300)
  return `the agent process ended ${code === null ? "by a signal" : `with code ${code}`}${words === "" ? "" : `: ${words}`}`
}

/** Why a process ended, where the engine says so. */
export const outOfMemory = "the box ran out of memory, which container_memory_mb limits"

export const gaveUpDefects = (tries: number, restarts: number, detail: string): string =>
  `Loop failed ${tries} times at this message by a fault of its own (restarts without progress: ${restarts}): ${sentence(summary(detail, 200))} Send the message again; the log has the details.`

export const gaveUpRestarts = (restarts: number, tries: number, detail: string): string =>
  `The work was begun again ${restarts} times without progress (tries lost to Loop's own faults: ${tries}): ${sentence(summary(detail, 200))} Send the message again when that is mended.`

/** Sandbox trouble, by what can be done about it. */
export const sandbox = (reason: string, target: string, detail: string): string => {
  const words = sentence(summary(detail, 300))
  switch (reason) {
    case "no_engine":
      return `No container engine answers at ${target}. Start Docker (or run \`loop doctor\`), then send the message again.`
    case "no_rights":
      return `The container engine at ${target} refuses this user. Add the user to the docker group and start Loop again (see \`loop doctor\`), then send the message again.`
    case "no_image":
      return `The agent image ${target} could not be made: ${words} Run \`loop image build\` to see the whole build, then send the message again.`
    case "bad_mount":
      return `${target} cannot be mounted: ${words} Correct it in config.json, then send the message again.`
    case "disk_full":
      return `The disk is full: ${words} Free some space, then send the message again.`
    default:
      return `The agent's box could not be started: ${words} Run \`loop doctor\`, then send the message again.`
  }
}

export const approvalExpired = (seconds: number): string =>
  `Nobody answered within ${spokenSeconds(seconds)}, so it was denied.`

export const noKey = "There is no key for the model yet: run `loop key set`, or set anthropic_api_key in config.json."

export const openNetwork =
  'network is "open": agents may reach any host of the internet. Set it to "allowlist" unless that is meant.'

export const noWorktree = (detail: string): string =>
  `This thread could not have a git worktree of its own (${summary(detail, 200)}), so it works in its channel's directory.`

export const sharesDirectory = (names: ReadonlyArray<string>): string =>
  `${names.map((name) => `"${name}"`).join(", ")} ${names.length === 1 ? "works" : "work"} in the same directory at this moment.`
