/** Every command that people can give, on whatever platform: names, options, what they do. */
import type { ChatChoice, ChatCommand, ChatOption } from "./Words.ts"

const same = (...values: ReadonlyArray<string>): ReadonlyArray<ChatChoice> =>
  values.map((value) => ({ name: value, value }))

const option = (
  name: string,
  description: string,
  more: Partial<Omit<ChatOption, "name" | "description">> = {}
): ChatOption => ({ name, description, type: "text", required: false, ...more })

const command = (name: string, description: string, ...options: ReadonlyArray<ChatOption>): ChatCommand => ({
  name,
  description,
  options,
  on: "channel"
})

const required = { required: true }
const task = option("task_id", "Its number", { type: "integer", required: true, completes: true })
const kind = (more: Partial<ChatOption> = {}) =>
  option("type", "How the schedule is read", { choices: same("cron", "interval", "once"), ...more })
const role = option("role", "Member unless said otherwise", { choices: same("owner", "member") })
const person = option("target_id", "Whom", { type: "user", required: true })
const group = option("target_id", "Which role", { type: "role", required: true })
const zone = option("timezone", "Time zone such as Europe/Berlin")

/** What `set` can change: the settings that a channel may have of its own. */
export const settable = [
  "busy",
  "permission_mode",
  "allowed_tools",
  "unattended_permissions",
  "claude_model",
  "network",
  "container_timeout_sec",
  "thread_workdir",
  "mounts",
  "budget",
  "dir_path",
  "project_config"
] as const
export type Settable = (typeof settable)[number]

/** Commands of a channel, under `/loop`: 25 at most, by Discord's limit. */
export const commands: ReadonlyArray<ChatCommand> = [
  command("status", "What is at work here, and how busy Loop is"),
  command(
    "stop",
    "Ends what is at work here, or something else of your choice",
    option("target", "A run, a waiting message, or a channel", { completes: true })
  ),
  command(
    "queue",
    "What waits here",
    option("when", "now: goes on at once where a usage limit is waited for", { choices: same("now") })
  ),
  command("reset", "Forgets the conversation: the next message begins a new one"),
  command("runs", "The last runs of this channel"),
  command("run", "One run: how it went and what it cost", option("run_id", "Its id", { ...required, completes: true })),
  command(
    "cost",
    "What was spent, and what the budgets leave",
    option("by", "How this month is divided", { choices: same("channel", "task", "model", "day") })
  ),
  command("diff", "What has changed in the work directory since the last commit"),
  command(
    "cc",
    "Gives the agent one of its own commands or skills",
    option("command", "Such as compact, with its arguments", { ...required, completes: true })
  ),
  command(
    "set",
    "Shows or changes a setting of this channel",
    option("key", "Which setting", { ...required, choices: same(...settable) }),
    option("value", "Its new value; default gives it back to the configuration; nothing shows it")
  ),
  command(
    "rules",
    "What is always allowed here; owners take it back",
    option("revoke", "The id of a rule that no longer holds", { completes: true })
  ),
  command(
    "schedule",
    "Has something done at set times",
    option("schedule", "Such as 0 9 * * 1-5, 1h30m, or 2031-01-01T09:00", required),
    option("prompt", "What is to be done", required),
    kind(required),
    zone
  ),
  command("tasks", "What is scheduled here"),
  command("task", "One scheduled task in full", task),
  command("cancel", "Takes a task off the schedule", task),
  command("toggle", "Turns a task off, or on again", task),
  command(
    "edit",
    "Changes a task",
    task,
    option("schedule", "When"),
    kind(),
    option("prompt", "What is to be done"),
    zone
  ),
  command("template-add", "Schedules a ready-made task", option("name", "Its name", { ...required, completes: true })),
  command("template-list", "The ready-made tasks there are"),
  command("readme", "Loop's own README"),
  command("allow_user", "Lets a person in", person, role),
  command("allow_role", "Lets everybody with a role in", group, role),
  command("deny_user", "Takes a person's role", person),
  command("deny_role", "Takes what a role was given", group),
  command(
    "claim",
    "Makes you the owner of a Loop that has none",
    option("code", "The code that the server prints at its start", required)
  ),
  command("iamtheowner", "The same as claim", option("code", "The code that the server prints at its start"))
]

/** Commands on a message. */
export const onMessages: ReadonlyArray<ChatCommand> = [
  { name: "ask", description: "Ask Loop", options: [], on: "message" },
  { name: "fork", description: "Fork here", options: [], on: "message" }
]

export const catalogue: ReadonlyArray<ChatCommand> = [...commands, ...onMessages]

/** Those that a person without any role may give: they are how one gets a role. */
export const forEverybody: ReadonlySet<string> = new Set(["claim", "iamtheowner"])
