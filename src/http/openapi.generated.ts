/** The types of the HTTP interface. Written by "npm run docs" from its description: do not edit. */

/** No parameters. */
export type Nothing = Readonly<Record<never, never>>

/** An error (RFC 9457). */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly request_id: string
  readonly errors?: ReadonlyArray<{
    readonly field: string
    readonly message: string
  }>
}

export type Health = {
  readonly status: "ok" | "degraded" | "failed"
  readonly version: string
  readonly uptime_sec: number
  readonly platforms: {
    readonly [name: string]: {
      readonly state: "connected" | "connecting" | "down"
      readonly last_event_at: string | null
      /** Why it is not connected */
      readonly reason?: string
    }
  }
  readonly model: {
    readonly state: "ok" | "failing"
    /** What is wrong with its OAuth token; with a token of Loop only */
    readonly reason?: string
  }
}

/** Texts are empty where there is nothing. */
export type ChannelEntry = {
  readonly channel_id: string
  readonly platform: string
  readonly name: string
  readonly dir_path: string
  readonly parent_id: string
  readonly active: boolean
  /** `waiting`: for a person's decision. */
  readonly state: "idle" | "running" | "waiting"
  readonly last_message_at?: string
  /** Of the conversation that it goes on in. */
  readonly session_id?: string
}

export type Run = {
  readonly run_id: string
  readonly channel_id: string
  readonly trigger: "message" | "task"
  readonly message_id?: string
  readonly message_ids: ReadonlyArray<string>
  readonly task_id?: number
  readonly status: "starting" | "running" | "waiting" | "completed" | "failed" | "stopped" | "timed_out"
  readonly reason?: string
  readonly attempt: number
  readonly session_id: string | null
  readonly started_at: string
  readonly ended_at: string | null
  readonly cost_usd: number
  readonly usage: {
    readonly input_tokens: number
    readonly output_tokens: number
    readonly cache_read_tokens: number
    readonly cache_write_tokens: number
  }
  readonly turns: number
  readonly result?: string
}

export type QueueEntry = {
  readonly message_id: string
  readonly content: string
  readonly author_name: string
  readonly created_at: string
  readonly waiting_for: "turn" | "slot"
}

export type Channel = {
  readonly channel_id: string
  readonly platform: string
  readonly name: string
  readonly parent_id: string | null
  readonly dir_path: string | null
  readonly active: boolean
  readonly session_id: string | null
  readonly busy: "queue" | "steer" | "collect" | "interrupt"
  /** What applies, wherever it is set, as `busy` is. */
  readonly permission_mode: "bypass" | "ask" | "plan"
  /** What applies, too. */
  readonly unattended_permissions: "deny" | "allow_listed" | "ask"
  /** What applies; empty: the engine's own choice. */
  readonly claude_model: string
  readonly state: "idle" | "running"
  readonly run?: Run
  readonly queue: ReadonlyArray<QueueEntry>
  readonly settings: {
    readonly busy?: "queue" | "steer" | "collect" | "interrupt"
    readonly permission_mode?: "bypass" | "ask" | "plan"
    readonly allowed_tools?: ReadonlyArray<string>
    readonly unattended_permissions?: "deny" | "allow_listed" | "ask"
    readonly claude_model?: string
    readonly network?: {
      readonly mode?: "none" | "allowlist" | "open"
      readonly allow: ReadonlyArray<string>
      readonly host_services: ReadonlyArray<string>
      readonly read_only_public?: boolean
    }
    readonly container_timeout_sec?: number
    readonly thread_workdir?: "shared" | "worktree"
    readonly mounts?: ReadonlyArray<string>
    readonly budget?: {
      readonly per_run_usd?: number
      readonly per_task_usd?: number
      readonly per_day_usd?: number
      readonly per_month_usd?: number
    }
    readonly ssh_agent?: boolean
  }
}

export type Message = {
  readonly message_id: string
  readonly author_id: string
  readonly author_name: string
  readonly is_bot: boolean
  readonly content: string
  readonly created_at: string
  readonly state: "queued" | "running" | "replied" | "failed" | "stopped" | "dropped" | "noted" | "sending" | "sent" | "undelivered" | "unknown"
  readonly run_id?: string
  /** `prompt` where it is not there. */
  readonly kind?: "prompt" | "raw" | "task"
  /** What the bot has sent; each can be fetched. */
  readonly files?: ReadonlyArray<{
    readonly name: string
    readonly mime: string
  }>
  /** What came with a person's message; each can be fetched as long as the agent leaves it in the work directory. */
  readonly attachments?: ReadonlyArray<{
    readonly name: string
    readonly mime: string
  }>
  /** What a person can do about it now: `hostonce:<ask_id>`, `host:<ask_id>`, `retry:<run_id>`, `resume:<task_id>`, … */
  readonly buttons?: ReadonlyArray<{
    readonly id: string
    readonly label: string
    readonly style: string
  }>
}

export type SchedulePreview = {
  /** The next instants, five at most. */
  readonly next_runs: ReadonlyArray<string>
  /** The zone that the schedule means. */
  readonly zone: string
}

export type TaskDay = {
  readonly task_id: number
  readonly date: string
  /** The first of the day, 8 at most. */
  readonly instants: ReadonlyArray<string>
  /** Whether the day has further ones. */
  readonly more: boolean
}

export type Task = {
  readonly id: number
  readonly channel_id: string
  readonly type: "cron" | "interval" | "once"
  readonly schedule: string
  readonly prompt: string
  readonly enabled: boolean
  readonly next_run_at: string | null
  readonly template_name?: string
  readonly timezone: string | null
  readonly auto_delete_sec: number
  readonly overlap: "skip" | "queue" | "allow"
  readonly catch_up: "latest" | "all" | "none"
  readonly catch_up_window_sec: number
  readonly session: "fresh" | "task" | "channel"
  readonly pre_run: string | null
  readonly failures: number
  readonly paused_reason?: string
  /** The next instants, five at most; where one task is shown. */
  readonly next_runs?: ReadonlyArray<string>
  /** The zone that its schedule means. */
  readonly zone?: string
}

export type Occurrence = {
  readonly occurrence_at: string
  /** `waiting` and `running` are on their way to one of the others. */
  readonly status: "waiting" | "running" | "ran" | "failed" | "skipped" | "missed"
  readonly reason?: string
  readonly run_id?: string
  readonly thread_id?: string
  readonly ended_at?: string
}

export type Template = {
  readonly name: string
  readonly description: string
  readonly type: "cron" | "interval" | "once"
  readonly schedule: string
  readonly auto_delete_sec: number
  readonly project: boolean
}

/** `run.text` has no id: it is live only. */
export type Event = {
  readonly id?: number
  readonly type: "message.created" | "message.updated" | "run.started" | "run.text" | "run.thinking" | "run.turn" | "run.tool" | "run.retry" | "run.note" | "run.egress" | "run.ended" | "queue.changed" | "approval.requested" | "approval.decided" | "task.fired" | "task.changed" | "channel.changed" | "channel.seen" | "platform.changed" | "reset"
  readonly at: string
  readonly channel_id: string | null
  readonly run_id?: string
  readonly data: unknown
}

export type SpendRow = {
  /** The day (`2031-05-04`), the channel's id, the task's number, the model; empty for what belongs to none */
  readonly key: string
  readonly cost_usd: number
  readonly usage: {
    readonly input_tokens: number
    readonly output_tokens: number
    readonly cache_read_tokens: number
    readonly cache_write_tokens: number
  }
  readonly runs: number
  /** Prices or tokens of a part are not known exactly */
  readonly estimated: boolean
}

export type BudgetLimit = {
  readonly level: "run" | "task" | "day" | "month"
  /** `*`, or the channel that set it */
  readonly scope: string
  /** With what was allowed beyond it */
  readonly limit_usd: number
  readonly raised_usd: number
  readonly spent_usd: number
  readonly left_usd: number
  readonly resets_at: string | null
}

export type MemoryHit = {
  readonly file_path: string
  readonly content: string
  /** 1: first in everything that was searched by. */
  readonly score: number
  readonly chunk_index: number
}

export type Network = {
  readonly mode: "none" | "allowlist" | "open"
  readonly allow: ReadonlyArray<{
    /** As in `network.allow`; with `!` in front it is taken out. */
    readonly entry: string
    /** Who lists it; `standard`: `allowlist` has it by itself. What the channel lists is in its `settings.network.allow`. */
    readonly from: "standard" | "configuration" | "channel" | "thread" | "project"
    /** Of a bundle. */
    readonly hosts?: ReadonlyArray<string>
  }>
  /** Ports of the server's own machine. */
  readonly host_services: ReadonlyArray<string>
  /** Any public page can be read. */
  readonly read_only_public: boolean
}

export type ProjectConfig = {
  readonly state: "none" | "waiting" | "declined" | "approved"
  readonly directory?: string
  /** Of the content and the directory: what an approval is given for. */
  readonly hash?: string
  readonly keys?: ReadonlyArray<string>
  /** JSON, without what acts inside the box only. */
  readonly content?: string
  /** What was approved last. */
  readonly before?: string
  /** Lines with `- `, `+ ` or two blanks in front. */
  readonly difference?: string
}

export type PermissionRule = {
  readonly id: string
  /** A thread goes by its channel's rules, too. */
  readonly channel_id: string
  /** As the CLI writes rules, such as `Bash(npm test)`; matched literally. */
  readonly rule: string
  readonly tool: string
  /** What it is limited to: exactly that command, that file, that host, exactly that input, or nothing but the tool. */
  readonly kind: "command" | "file" | "domain" | "input" | "any"
  /** The question whose answer made it. */
  readonly approval_id: string
  readonly made_at: string
  readonly made_by?: string
}

export type Command = {
  readonly name: string
  readonly description: string
  readonly options: ReadonlyArray<{
    readonly name: string
    readonly description: string
    readonly type: "text" | "integer" | "user" | "role"
    readonly required: boolean
    readonly choices?: ReadonlyArray<{
      readonly name: string
      readonly value: string
    }>
    readonly completes?: boolean
  }>
}

export type Finding = {
  readonly name: string
  readonly status: "ok" | "warn" | "fail"
  readonly detail: string
  readonly mend?: string
}

export type ConfigKey = {
  readonly key: string
  readonly type: string
  readonly default: string
  readonly description: string
  readonly value: unknown
}

export type ConfigProblem = {
  readonly key: string
  readonly message: string
  readonly line: number | null
}

export type Grants = {
  readonly owners: {
    readonly users: ReadonlyArray<string>
    readonly roles: ReadonlyArray<string>
  }
  readonly members: {
    readonly users: ReadonlyArray<string>
    readonly roles: ReadonlyArray<string>
  }
}

export type ImageBuild = {
  readonly image: string
  readonly state: "building" | "built" | "failed"
  readonly step: {
    readonly at: number
    readonly of: number
    readonly name: string
  } | null
  /** The last of them, oldest first. */
  readonly lines: ReadonlyArray<string>
  readonly started_at: string
  readonly ended_at: string | null
}

export type Token = {
  readonly id: string
  readonly name: string
  readonly scope: {
    readonly channels: ReadonlyArray<string>
    readonly access: "read" | "write" | "admin"
  }
  readonly created_at: string
  readonly expires_at?: string
}

export type AuditEntry = {
  readonly id: number
  readonly at: string
  readonly actor: {
    readonly kind: "owner" | "token" | "person" | "hook" | "system" | "run"
    readonly id: string
    readonly name: string
  }
  /** A platform's name, `http`, `page`, `cli`, `mcp`, `agent` or `loop` */
  readonly via: string
  readonly action: string
  readonly target: string
  readonly channel_id?: string
  readonly outcome: "done" | "denied" | "failed"
  readonly detail: unknown
}

/** Each route by its method and path: its parameters, body and answer. */
export interface Operations {
  /** Whether Loop works; with `strict=1` 503 also where it is degraded */
  "GET /health": {
    readonly path: Nothing
    readonly query: {
      readonly strict?: string
    }
    readonly body: undefined
    readonly answer: Health
  }
  /** This description */
  "GET /openapi.json": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: unknown
  }
  /** This description as a page */
  "GET /docs": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: string
  }
  /** How that page looks */
  "GET /docs/style.css": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: string
  }
  /** Channels and threads that the token may read and whose name contains `query`, by name */
  "GET /api/channels": {
    readonly path: Nothing
    readonly query: {
      readonly query?: string
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<ChannelEntry>
  }
  /** The channel of a directory, made when there is none */
  "POST /api/channels": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly dir_path: string
      readonly platform?: "local" | "discord" | "slack"
    }
    readonly answer: {
      readonly channel_id: string
    }
  }
  /** Makes a channel */
  "POST /api/channels/create": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly name: string
      readonly platform?: "local" | "discord" | "slack"
      readonly author_id?: string
      readonly dir_path?: string
      readonly parent_id?: string
    }
    readonly answer: {
      readonly channel_id: string
    }
  }
  /** A channel: what it does, what waits, how it is set */
  "GET /api/channels/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: Channel
  }
  /** Changes a channel's name, directory or settings, or archives a thread; null takes a setting back */
  "PATCH /api/channels/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly name?: string
      readonly dir_path?: string | null
      readonly archived?: true
      /** The next message goes on in that conversation; its file is in the home of the channel's boxes. */
      readonly session_id?: string
      readonly busy?: "queue" | "steer" | "collect" | "interrupt" | null
      readonly permission_mode?: "bypass" | "ask" | "plan" | null
      readonly allowed_tools?: ReadonlyArray<string> | null
      readonly unattended_permissions?: "deny" | "allow_listed" | "ask" | null
      readonly claude_model?: string | null
      readonly network?: "none" | "allowlist" | "open" | {
        readonly mode?: "none" | "allowlist" | "open"
        readonly allow?: ReadonlyArray<string>
        readonly host_services?: ReadonlyArray<string>
        readonly read_only_public?: boolean
      } | null
      readonly container_timeout_sec?: number | null
      readonly thread_workdir?: "shared" | "worktree" | null
      readonly mounts?: ReadonlyArray<string> | null
      readonly budget?: {
        readonly per_run_usd?: number
        readonly per_task_usd?: number
        readonly per_day_usd?: number
        readonly per_month_usd?: number
      } | null
      readonly ssh_agent?: boolean | null
      readonly settings?: {
        readonly busy?: "queue" | "steer" | "collect" | "interrupt" | null
        readonly permission_mode?: "bypass" | "ask" | "plan" | null
        readonly allowed_tools?: ReadonlyArray<string> | null
        readonly unattended_permissions?: "deny" | "allow_listed" | "ask" | null
        readonly claude_model?: string | null
        readonly network?: "none" | "allowlist" | "open" | {
          readonly mode?: "none" | "allowlist" | "open"
          readonly allow?: ReadonlyArray<string>
          readonly host_services?: ReadonlyArray<string>
          readonly read_only_public?: boolean
        } | null
        readonly container_timeout_sec?: number | null
        readonly thread_workdir?: "shared" | "worktree" | null
        readonly mounts?: ReadonlyArray<string> | null
        readonly budget?: {
          readonly per_run_usd?: number
          readonly per_task_usd?: number
          readonly per_day_usd?: number
          readonly per_month_usd?: number
        } | null
        readonly ssh_agent?: boolean | null
      }
    }
    readonly answer: Channel
  }
  /** Stops what runs in a channel and deletes it with its threads */
  "DELETE /api/channels/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** Until when the holder of the token has read; `channel.seen` tells the same holder that it has moved on, and until when */
  "GET /api/seen": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly everywhere: string | null
      /** By the channel's id. */
      readonly channels: {
        readonly [name: string]: string
      }
    }
  }
  /** Notes that the holder of the token has read a channel (or everything, without one) until an instant */
  "POST /api/seen": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id?: string
      /** Now, unless told; never later than now. */
      readonly until?: string
    }
    readonly answer: undefined
  }
  /** Says something in a channel; stored when this answers. The same `message_id` again does nothing */
  "POST /api/channels/{id}/messages": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly content: string
      readonly author_id?: string
      readonly author_name?: string
      readonly message_id?: string
      readonly attachments?: ReadonlyArray<{
        readonly name: string
        readonly mime: string
        readonly data: string
      }>
    }
    readonly answer: {
      readonly message_id: string
      readonly channel_id: string
    }
  }
  /** What was said in a channel, newest first by arrival */
  "GET /api/channels/{id}/messages": {
    readonly path: {
      readonly id: string
    }
    readonly query: {
      readonly before?: string
      readonly limit?: number
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<Message>
  }
  /** Lets the bot say something in a channel */
  "POST /api/messages": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id: string
      readonly content: string
    }
    readonly answer: undefined
  }
  /** A file that came with a message */
  "GET /api/channels/{id}/files/{message_id}/{name}": {
    readonly path: {
      readonly id: string
      readonly message_id: string
      readonly name: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: string
  }
  /** Ends a channel's run; answers after the work has really ended */
  "POST /api/channels/{id}/stop": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly stopped: boolean
      readonly run_id?: string
    }
  }
  /** The next message begins a new session */
  "POST /api/channels/{id}/reset": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** A message is likely soon: the agent's process is started ahead where there is room */
  "POST /api/channels/{id}/prepare": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** Changes a message that waits; 409 once it runs */
  "PATCH /api/channels/{id}/queue/{message_id}": {
    readonly path: {
      readonly id: string
      readonly message_id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly content: string
    }
    readonly answer: {
      readonly message_id: string
      readonly channel_id: string
    }
  }
  /** Takes a message out of the queue; 409 once it runs */
  "DELETE /api/channels/{id}/queue/{message_id}": {
    readonly path: {
      readonly id: string
      readonly message_id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** Opens a thread of a channel (a sibling where the channel is a thread); `message` is said in it at once */
  "POST /api/threads": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id: string
      readonly name: string
      readonly author_id?: string
      readonly message?: string
      readonly from_message_id?: string
    }
    readonly answer: {
      readonly thread_id: string
    }
  }
  /** Stops what runs in a thread and deletes it */
  "DELETE /api/threads/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** When a task would be due; 422 with the reason where it never is. Nothing is stored */
  "POST /api/tasks/preview": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly type: "cron" | "interval" | "once"
      readonly schedule: string
      readonly timezone?: string | null
    }
    readonly answer: SchedulePreview
  }
  /** What lies ahead of the tasks that the token may read, by days; 500 tasks at most, those due next first */
  "GET /api/tasks/calendar": {
    readonly path: Nothing
    readonly query: {
      /** The first day, such as `2030-01-31` */
      readonly from: string
      readonly days?: number
      /** The zone whose days they are, such as `Europe/Berlin` */
      readonly zone: string
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<TaskDay>
  }
  /** Makes a task; answers with its next instants */
  "POST /api/tasks": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id: string
      readonly type: "cron" | "interval" | "once"
      readonly schedule: string
      readonly prompt: string
      readonly timezone?: string | null
      readonly auto_delete_sec?: number
      readonly overlap?: "skip" | "queue" | "allow"
      readonly catch_up?: "latest" | "all" | "none"
      readonly catch_up_window_sec?: number
      readonly session?: "fresh" | "task" | "channel"
      readonly pre_run?: string | null
    }
    readonly answer: Task
  }
  /** Tasks, those that are due next first, finished ones last */
  "GET /api/tasks": {
    readonly path: Nothing
    readonly query: {
      /** Of this channel alone; else of all that the token may read, 500 at most */
      readonly channel_id?: string
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<Task>
  }
  /** A task */
  "GET /api/tasks/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: Task
  }
  /** Changes a task, pauses or resumes it; a run that is at work goes on */
  "PATCH /api/tasks/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly enabled?: boolean
      readonly type?: "cron" | "interval" | "once"
      readonly schedule?: string
      readonly prompt?: string
      readonly timezone?: string | null
      readonly auto_delete_sec?: number
      readonly overlap?: "skip" | "queue" | "allow"
      readonly catch_up?: "latest" | "all" | "none"
      readonly catch_up_window_sec?: number
      readonly session?: "fresh" | "task" | "channel"
      readonly pre_run?: string | null
    }
    readonly answer: Task
  }
  /** Deletes a task with its history */
  "DELETE /api/tasks/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** Runs a task now, beside its schedule */
  "POST /api/tasks/{id}/run": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: Occurrence
  }
  /** What became of each instant of a task, newest first */
  "GET /api/tasks/{id}/runs": {
    readonly path: {
      readonly id: string
    }
    readonly query: {
      /** An `occurrence_at`; exclusive */
      readonly before?: string
      readonly limit?: number
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<Occurrence>
  }
  /** The templates that can be added to a channel */
  "GET /api/channels/{id}/templates": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Template>
  }
  /** Adds a template's task to a channel, once: 200 where it is there already */
  "POST /api/channels/{id}/templates": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly name: string
    }
    readonly answer: Task
  }
  /** Runs in the channels that the token may read, newest first */
  "GET /api/runs": {
    readonly path: Nothing
    readonly query: {
      readonly channel_id?: string
      readonly status?: "starting" | "running" | "waiting" | "completed" | "failed" | "stopped" | "timed_out"
      readonly task_id?: number
      /** Those that have not ended, or those that have */
      readonly live?: "true" | "false"
      /** A `run_id`: those that began before it */
      readonly before?: string
      readonly limit?: number
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<Run>
  }
  /** A run */
  "GET /api/runs/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: Run
  }
  /** A run's journal, oldest first */
  "GET /api/runs/{id}/events": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Event>
  }
  /** What a run was told and what it has said, oldest first */
  "GET /api/runs/{id}/messages": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Message>
  }
  /** Ends this run where it is still at work, and no later one; answers after the work has really ended */
  "POST /api/runs/{id}/stop": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly stopped: boolean
    }
  }
  /** Says the messages of an ended run again */
  "POST /api/runs/{id}/retry": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly message_id: string
      readonly channel_id: string
    }
  }
  /** What model calls have cost in the channels that the token may read, added up */
  "GET /api/spend": {
    readonly path: Nothing
    readonly query: {
      /** An instant, or a date in UTC */
      readonly from?: string
      /** An instant, or a date in UTC */
      readonly to?: string
      readonly group?: "day" | "channel" | "task" | "model"
      readonly channel_id?: string
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<SpendRow>
  }
  /** The budgets of days and months: limits, what is spent and what is left; of a channel with its own */
  "GET /api/budget": {
    readonly path: Nothing
    readonly query: {
      readonly channel_id?: string
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<BudgetLimit>
  }
  /** Allows as much more as a button asks for (`raise:<id>`). For owners of the channel or the installation */
  "POST /api/budget/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly text: string
    }
  }
  /** Finds passages in a channel's notes and in everybody's, by words and by meaning, as they were indexed last */
  "POST /api/memory/search": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly query: string
      readonly top_k?: number
      readonly channel_id?: string
      /** The directory of a channel, in place of its id. */
      readonly dir_path?: string
    }
    readonly answer: {
      readonly results: ReadonlyArray<MemoryHit>
      /** What the search had to do without. */
      readonly note?: string
    }
  }
  /** Brings the index of a channel's notes and of everybody's up to date */
  "POST /api/memory/index": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id?: string
      /** The directory of a channel, in place of its id. */
      readonly dir_path?: string
    }
    readonly answer: {
      /** Files in the index. */
      readonly count: number
      /** Of these, new or changed. */
      readonly updated: number
      /** Files that are gone from it. */
      readonly removed: number
    }
  }
  /** Lets a host through that an agent was refused (`ask_id` of `run.egress`): for an hour, or for the channel */
  "POST /api/hosts/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly decision: "once" | "channel"
    }
    readonly answer: {
      readonly text: string
    }
  }
  /** What the channel's boxes may reach: the configuration, the channel and its project in one */
  "GET /api/channels/{id}/network": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: Network
  }
  /** A picture from another host: PNG, JPEG, GIF or WebP of 8 MiB at most, at no private address. For owners */
  "POST /api/pictures": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly url: string
    }
    readonly answer: string
  }
  /** What the project's `.loop/config.json` reaches out of its box for, and whether an owner approved it */
  "GET /api/channels/{id}/project-config": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ProjectConfig
  }
  /** Approves exactly that; 409 when the file says something else by now */
  "POST /api/channels/{id}/project-config/approve": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly hash: string
    }
    readonly answer: {
      readonly text: string
    }
  }
  /** Not now, or no longer: nothing of it applies */
  "POST /api/channels/{id}/project-config/decline": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly hash: string
    }
    readonly answer: {
      readonly text: string
    }
  }
  /** What people allowed for always in the channel, oldest first */
  "GET /api/channels/{id}/rules": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<PermissionRule>
  }
  /** Takes a rule back: the next use of the tool is asked about again. For owners */
  "DELETE /api/channels/{id}/rules/{rule_id}": {
    readonly path: {
      readonly id: string
      readonly rule_id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** What happens, live; after `Last-Event-ID` what was missed comes first, then each live run's partial text */
  "GET /api/events": {
    readonly path: Nothing
    readonly query: {
      /** Of this channel alone */
      readonly channel_id?: string
    }
    readonly body: undefined
    readonly answer: string
  }
  /** The events of `/api/events` over WebSocket: a text frame each with an Event as JSON. `last_event_id` replays what was missed since. What the client sends is passed over; one that leaves two pings unanswered is let go */
  "GET /api/ws": {
    readonly path: Nothing
    readonly query: {
      /** Of this channel alone */
      readonly channel_id?: string
      /** The last `id` that was seen; as `Last-Event-ID` */
      readonly last_event_id?: string
    }
    readonly body: undefined
    readonly answer: undefined
  }
  /** Answers an approval or a question; 409 when it is decided or expired */
  "POST /api/approvals/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly decision: "allow" | "allow_always" | "deny"
      readonly message?: string | null
    }
    readonly answer: {
      readonly approval_id: string
      readonly decision: "allow" | "allow_always" | "deny"
    }
  }
  /** The chat commands that there are, with their options */
  "GET /api/commands": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Command>
  }
  /** Carries out a chat command (`stop`, `reset`, `queue`, `tasks`, …) and gives its text */
  "POST /api/commands": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id: string
      readonly command: string
      readonly options?: {
        readonly [name: string]: string
      }
    }
    readonly answer: {
      readonly text: string
    }
  }
  /** What may be meant by the beginning of a command's option, 25 at most */
  "GET /api/commands/{name}/choices": {
    readonly path: {
      readonly name: string
    }
    readonly query: {
      readonly channel_id: string
      readonly option: string
      readonly typed?: string
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<{
      readonly name: string
      readonly value: string
    }>
  }
  /** The README */
  "GET /api/readme": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: string
  }
  /** A webhook of the configuration (`hooks`): its template, filled from the JSON body, becomes a message. Signed with its secret; the same call again makes no second message and answers with the first. 204 for an event that it does not want */
  "POST /api/hooks/{name}": {
    readonly path: {
      readonly name: string
    }
    readonly query: Nothing
    readonly body: unknown
    readonly answer: {
      readonly message_id: string
      readonly channel_id: string
    } | undefined
  }
  /** What `loop doctor` finds now. It looks at the engine, the image, the key and the platforms: some seconds */
  "GET /api/doctor": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Finding>
  }
  /** The configuration in force, key by key, without secrets, and what is wrong with the file as it stands */
  "GET /api/config": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly path: string
      readonly keys: ReadonlyArray<ConfigKey>
      readonly problems: ReadonlyArray<ConfigProblem>
    }
  }
  /** Who may do what: by the configuration, everywhere by code, and in the channels that have grants of their own */
  "GET /api/access": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly config: Grants
      readonly everywhere: Grants
      readonly channels: ReadonlyArray<{
        readonly channel_id: string
        readonly name: string
        readonly platform: string
        readonly grants: Grants
      }>
    }
  }
  /** Gives somebody a role in a channel, or takes it (`role: null`); for its owners */
  "POST /api/access": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly channel_id: string
      readonly kind: "user" | "role"
      readonly id: string
      readonly role: "owner" | "member" | null
    }
    readonly answer: undefined
  }
  /** The build of the agents' image that is under way, or the last one since the server began */
  "GET /api/image": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: {
      readonly build: ImageBuild | null
    }
  }
  /** Asks each configured chat platform whether it takes the token, its intents and permissions; changes nothing there */
  "POST /api/platforms/check": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Finding>
  }
  /** Makes a token; its secret is in this answer and nowhere else. For who may do all that it allows, and `admin` */
  "POST /api/tokens": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: {
      readonly name: string
      readonly scope: {
        readonly channels: ReadonlyArray<string>
        readonly access: "read" | "write" | "admin"
      }
      readonly expires_at?: string
    }
    readonly answer: {
      readonly id: string
      readonly name: string
      readonly scope: {
        readonly channels: ReadonlyArray<string>
        readonly access: "read" | "write" | "admin"
      }
      readonly created_at: string
      readonly expires_at?: string
      readonly secret: string
    }
  }
  /** The tokens that are good now and that you could have made, without their secrets */
  "GET /api/tokens": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: ReadonlyArray<Token>
  }
  /** Takes a token back at once, with those that were made with it, its page sessions and its event streams */
  "DELETE /api/tokens/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: undefined
    readonly answer: undefined
  }
  /** Gives somebody who called without a role one in the channel, or ignores them from now on (see the card's buttons) */
  "POST /api/access/{id}": {
    readonly path: {
      readonly id: string
    }
    readonly query: Nothing
    readonly body: {
      readonly decision: "member" | "owner" | "ignore"
    }
    readonly answer: {
      readonly text: string
    }
  }
  /** The audit log, newest first: of a channel with its threads, or of everything. For who may administer it */
  "GET /api/audit": {
    readonly path: Nothing
    readonly query: {
      readonly channel_id?: string
      /** An instant; inclusive */
      readonly since?: string
      readonly limit?: number
    }
    readonly body: undefined
    readonly answer: ReadonlyArray<AuditEntry>
  }
  /** Figures for Prometheus; a scraper sends the token as a bearer */
  "GET /metrics": {
    readonly path: Nothing
    readonly query: Nothing
    readonly body: undefined
    readonly answer: string
  }
  /** MCP over Streamable HTTP: one JSON-RPC message or several, answered as JSON */
  "POST /mcp": {
    readonly path: Nothing
    readonly query: {
      /** The channel that the tools act for; needed for calls */
      readonly channel_id?: string
    }
    readonly body: unknown
    readonly answer: unknown | undefined
  }
}
