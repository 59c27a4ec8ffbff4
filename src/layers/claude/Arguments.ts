/** The command line and the environment of a Claude Code process. Pure. */
import type { AgentSpec, SessionChoice } from "../../services/Agent.ts"

/** Where the model's socket is inside the box. */
export const socketPath = "/run/loop/model.sock"

/** Tools that would make a kept process begin turns by itself, or reach for sessions of others. */
const withoutTools = [
  "CronCreate",
  "CronDelete",
  "CronList",
  "ScheduleWakeup",
  "Monitor",
  "SendMessage",
  "ListAgents",
  "Workflow"
]

const flag = (name: string, value: string): ReadonlyArray<string> => (value === "" ? [] : [name, value])

const sessionArguments = (session: SessionChoice): ReadonlyArray<string> => {
  switch (session._tag) {
    case "New":
      return ["--session-id", session.sessionId]
    case "Resume":
      return ["--resume", session.sessionId]
    case "Fork":
      return [
        "--resume",
        session.from,
        "--fork-session",
        ...flag("--session-id", session.sessionId),
        ...flag("--resume-session-at", session.at ?? "")
      ]
  }
}

/** The mode a process is started in; others are set before a turn. */
export const startMode = "bypassPermissions"

/** What never differs. */
const fixed = [
  "--print --verbose",
  "--input-format stream-json --output-format stream-json",
  "--include-partial-messages --replay-user-messages",
  `--permission-prompt-tool stdio --allow-dangerously-skip-permissions --permission-mode ${startMode}`,
  `--disallowedTools ${withoutTools.join(",")}`
].flatMap((options) => options.split(" "))

/** Whether a page may be fetched is asked of the proxy alone, not of the vendor's service, which the box cannot reach. */
export const engineSettings = JSON.stringify({ skipWebFetchPreflight: true })

const mcpConfig = (spec: AgentSpec): string =>
  JSON.stringify({ mcpServers: { ...spec.mcpServers, loop: { type: "sdk", name: "loop" } } })

export const argv = (spec: AgentSpec): ReadonlyArray<string> => [
  spec.binary,
  ...fixed,
  ...flag("--settings", engineSettings),
  ...flag("--mcp-config", mcpConfig(spec)),
  ...flag("--model", spec.model),
  ...flag("--append-system-prompt", spec.systemPrompt),
  ...sessionArguments(spec.session)
]

/** The credential here only tells the relay which kind to put in its place. */
export const env = (spec: AgentSpec): Readonly<Record<string, string>> => ({
  ...spec.box.env,
  ...(spec.credential === "oauth" ? { CLAUDE_CODE_OAUTH_TOKEN: "relay" } : { ANTHROPIC_API_KEY: "relay" }),
  ANTHROPIC_BASE_URL: "http://model.invalid",
  ANTHROPIC_UNIX_SOCKET: socketPath,
  // The relay decides when to give up; until then a supervisor that is away is survived.
  CLAUDE_CODE_MAX_RETRIES: "10",
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
  CLAUDE_CODE_DISABLE_CRON: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_ERROR_REPORTING: "1",
  // As root the CLI refuses to skip permissions unless it is told that it is in a box.
  IS_SANDBOX: "1"
})
