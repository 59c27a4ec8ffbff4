/** Every key of the configuration file: the one source of defaults, checks and the reference table. */
import { Schema } from "effect"
import { Budget } from "../budget/Limits.ts"
import { BusyMode, PermissionMode, ThreadWorkdir, UnattendedPermissions } from "../Channel.ts"
import { PlatformName } from "../Ids.ts"
import { TOKEN_URL } from "../secrets/OAuth.ts"
import { key, late } from "./key.ts"
import { Hooks, Mcp, Memory, Network, Permissions, TaskTemplate } from "./parts.ts"
import { Fingerprint, Secret } from "./secrets.ts"
import * as V from "./values.ts"

const restart = { restart: true }
const secret = { secret: true }
const secretAtStart = { secret: true, restart: true }

export const ConfigFile = Schema.Struct({
  platforms: key(
    Schema.NonEmptyArray(PlatformName).annotate({ title: "list of `local`, `discord`, `slack`" }),
    ["local"],
    'Where people talk to Loop. `platform: "x"` means `["x"]`. Slack is not there yet.',
    restart
  ),
  api_addr: key(
    V.ListenAddress,
    "127.0.0.1:8222",
    "Where the server listens; `:8222` means loopback. Another interface needs `api_allow_remote`.",
    restart
  ),
  api_allow_remote: key(V.Flag, false, "Allows an `api_addr` that other machines can reach.", restart),
  public_url: key(
    Schema.Union([V.HttpUrl, Schema.Literal("")]).annotate({ title: "URL" }),
    "",
    "Address of a reverse proxy in front, for links."
  ),
  allowed_hosts: key(V.Texts, [], "Further `Host` names that requests may carry, such as the reverse proxy's."),
  db_path: late(V.Text, "The database file; `~/` is your home.", {
    shownDefault: "`loop.sqlite` in `LOOP_HOME`",
    restart: true
  }),
  log_file: late(V.Text, "The log of the background service.", {
    shownDefault: "`logs/loop.log` in `LOOP_HOME`",
    restart: true
  }),
  log_level: key(
    Schema.Literals(["debug", "info", "warn", "error"]),
    "info",
    "The least important lines that are logged.",
    restart
  ),
  log_format: key(
    Schema.Literals(["text", "json", "auto"]),
    "auto",
    "`auto` is text on a terminal, JSON elsewhere.",
    restart
  ),
  timezone: late(V.Zone, "Zone of tasks that name none, and of the box.", { shownDefault: "`TZ`, else the host's" }),

  anthropic_api_key: key(V.Text, "", "API key; never enters the box. Silent: `ANTHROPIC_API_KEY`.", secret),
  claude_code_oauth_token: key(
    V.Text,
    "",
    "OAuth token, before the API key. Silent: `CLAUDE_CODE_OAUTH_TOKEN`.",
    secret
  ),
  claude_code_oauth_refresh_token: key(
    V.Text,
    "",
    "With it Loop renews `claude_code_oauth_token` by itself, and nobody else may: log in for Loop alone.",
    secret
  ),
  claude_oauth_token_url: key(V.HttpUrl, TOKEN_URL, "Where OAuth tokens are renewed."),
  anthropic_base_url: late(V.HttpUrl, "Where the model API is.", {
    shownDefault: "`ANTHROPIC_BASE_URL`, else `https://api.anthropic.com`"
  }),
  anthropic_max_retries: key(V.CountOrZero, 3, "Failures of the model API that are forgiven per request."),
  claude_model: key(V.Text, "", "Model; empty is the engine's default. Per channel too."),
  claude_bin_path: key(
    Schema.NonEmptyString.annotate({ title: "text" }),
    "claude",
    "The engine's command inside the box."
  ),
  fallback_model: key(
    V.Text,
    "",
    "The model to go on with while the model API's usage limit is reached; empty waits until it begins anew."
  ),
  budget: key(
    Budget.annotate({ title: "`{per_run_usd, per_task_usd, per_day_usd, per_month_usd}`" }),
    {},
    "What may be spent, in US dollars: by one run, by one task in a day, and by all channels together in a day and in a month of `timezone`; see “Budgets”. Per channel too, beside these."
  ),
  repeated_call_limit: key(
    V.CountOrZero,
    10,
    "So many calls of a tool in a row with the same input and the same result end a run; 0 never does."
  ),
  streaming_enabled: key(V.Flag, true, "Whether each step of an answer is posted as it comes, not the last one only."),

  discord_token: key(V.Text, "", "Bot token; needed for `discord`.", secretAtStart),
  discord_app_id: key(V.Text, "", "Application id; needed for `discord`.", restart),
  discord_guild_id: key(V.Text, "", "Server in which channels and threads may be made.", restart),
  discord_api_url: key(
    V.HttpUrl,
    "https://discord.com/api",
    "REST base; the gateway's address comes from its `/gateway/bot`.",
    restart
  ),
  catch_up_max_age_sec: key(
    V.SecondsOrZero,
    86_400,
    "How old a message may be that was written while Loop was away and is taken all the same; 0 takes none."
  ),
  catch_up_max_messages: key(
    V.CountOrZero,
    200,
    "How many messages of one channel are looked through for those, newest first."
  ),
  attachment_max_mb: key(V.AmountOrZero, 25, "Largest file in MiB that is taken from a chat; 0 is no limit."),
  keep_untriggered: key(
    V.Flag,
    false,
    "Whether what permitted people say in a channel without calling Loop is told to the agent with the next message."
  ),
  run_footer: key(
    Schema.Literals(["none", "time", "full"]),
    "time",
    "The line under an answer on a chat platform: nothing, the time it took, or time, cost and tokens."
  ),
  allow_mentions: key(
    Schema.Literals(["none", "users", "all"]),
    "none",
    "Whom an agent's text may notify on a chat platform: nobody, people it names, or roles and everybody too."
  ),
  slack_bot_token: key(V.Text, "", "Bot token; needed for `slack`.", secretAtStart),
  slack_app_token: key(V.Text, "", "App token; needed for `slack`.", secretAtStart),
  slack_api_url: key(V.HttpUrl, "https://slack.com/api", "Web API base.", restart),

  sandbox: key(
    Schema.Literals(["auto", "docker", "bubblewrap"]),
    "auto",
    "The box's wall. `auto`: docker, else bubblewrap; found out at the first start and kept.",
    restart
  ),
  docker_host: late(V.Text, "The engine's address, such as `unix:///run/docker.sock`.", {
    shownDefault: "`DOCKER_HOST`, else the default socket",
    restart: true
  }),
  container_relay: key(
    Schema.Literals(["auto", "socket", "exec"]),
    "auto",
    "How a new box reaches the server: `socket`, mounted; `exec`, over a stream of the engine's, for engines that cannot mount one. `auto`: tried once per engine."
  ),
  container_image: key(
    Schema.NonEmptyString.annotate({ title: "text" }),
    "loop-agent:latest",
    "Image of the boxes; built when it is missing."
  ),
  container_base_image: key(
    Schema.NonEmptyString.annotate({ title: "text" }),
    "debian:bookworm-slim",
    "What the image is built on."
  ),
  container_memory_mb: key(V.AmountOrZero, 2048, "Memory of one box in MiB; 0 is no limit."),
  container_cpus: key(V.AmountOrZero, 2, "CPUs of one box; 0 is no limit."),
  container_pids: key(V.CountOrZero, 512, "Processes in one box; 0 is no limit."),
  container_timeout_sec: key(V.Seconds, 3600, "Longest run. Per channel too."),
  container_keep_alive_sec: key(
    V.SecondsOrZero,
    300,
    "How long an idle agent process is kept; 0 closes it after each turn."
  ),
  max_concurrent_runs: key(V.Count, 8, "Runs at a time over all channels; the rest wait, visibly."),
  max_kept_processes: late(V.Count, "Agent processes at a time, idle and busy together.", {
    shownDefault: "`max_concurrent_runs`"
  }),
  network: key(
    Network.annotate({ title: "`none`, `allowlist`, `open`, or an object" }),
    {},
    "What a box can reach: `{mode, allow, host_services, read_only_public}`, or the mode alone; see “What agents can reach”. Per channel too, where `allow` and `host_services` add to these.",
    { shownDefault: "`allowlist`" }
  ),
  mounts: key(
    Schema.Array(V.MountText).annotate({ title: "list of `source:target[:ro]`" }),
    [],
    "Host directories, or named volumes, in the box. `~/` is your home on the left, the box's own on the right. What cannot be mounted: see “What agents can see”."
  ),
  mount_roots: key(
    Schema.Array(V.MountRootText).annotate({ title: "list of `path[:ro]`" }),
    [],
    "Where owners of a channel may mount from (`mounts` of the channel, and of a project file that they approved): directories, and named volumes."
  ),
  allow_engine_socket: key(
    V.Flag,
    false,
    "Allows the container engine's socket in `mounts`. Whoever has it is root on this machine."
  ),
  share_claude_home: key(
    V.Flag,
    false,
    "Whether boxes have your own `~/.claude`, writable, in place of one per channel. Hooks that an agent leaves there run on this machine."
  ),
  copy_files: key(
    V.Texts,
    [],
    "Host files and directories of which boxes get copies. What lies in your home is put into the channel's home, and again when it has changed here; another file is at the same path in each box, fresh each time. Nothing secret: the agent can read them."
  ),
  envs: key(V.Envs, {}, "Variables in the box; `~/` at a value's start is the box's home. Not for secrets."),
  mcp: key(Mcp, {}, "Tools of your own."),
  task_templates: key(
    Schema.Array(TaskTemplate).annotate({ title: "list of templates" }),
    [],
    "Ready-made tasks: `{name, description, schedule, type, prompt or prompt_path, auto_delete_sec}`."
  ),

  busy: key(
    BusyMode,
    "queue",
    "What a message does while its channel works: `queue`, `steer`, `collect`, `interrupt`. Per channel too."
  ),
  permission_mode: key(
    PermissionMode,
    "bypass",
    "`bypass` (the box is the limit), `ask` (tools outside `allowed_tools` need a click), `plan`. Per channel too."
  ),
  allowed_tools: key(V.Texts, [], "Tools that need no click with `ask`. Per channel too."),
  unattended_permissions: key(
    UnattendedPermissions,
    "deny",
    "Runs of tasks and webhooks with `ask`: what is not in `allowed_tools` is denied at once, and said (`deny`); what a rule of the channel allows may be used, too (`allow_listed`); people are asked as anywhere (`ask`). Per channel too."
  ),
  approval_timeout_sec: key(V.Seconds, 900, "No answer to a question in this time means no."),
  thread_workdir: key(
    ThreadWorkdir,
    "shared",
    "A thread works in its parent's directory (`shared`) or in a git worktree of its own. Per channel too."
  ),
  poll_interval_sec: key(V.Seconds, 30, "How often, at the least, the scheduler looks for due tasks."),
  hooks: key(
    Hooks.annotate({ title: "map of name to webhook" }),
    {},
    "Webhooks at `/api/hooks/<name>`: `{channel, secret, template, signature, events, calls_per_minute}`; see “Webhooks”."
  ),
  secrets: key(
    Schema.Array(Secret).annotate({ title: "list of secrets" }),
    [],
    "Credentials that are added outside of the box to what it sends to one host: `{name, host, header, scheme, username, channels}` and one of `value`, `env`, `file`, `command`; see “Secrets”."
  ),
  ssh_agent_keys: key(
    Schema.Array(Fingerprint).annotate({ title: "list of text" }),
    [],
    'Keys of this machine\'s ssh-agent that channels with `ssh_agent: true` may have signed with: fingerprints as `ssh-add -l` shows them, or `"*"`.'
  ),
  memory: key(Memory, {}, "Memory over your notes."),
  permissions: key(Permissions, {}, "Who may do what. Nobody named: see the README.")
})

/** The file's content after defaults and before what depends on the machine. */
export type ConfigFile = typeof ConfigFile.Type

/** The configuration as everybody reads it: every key has its value. */
export type Config = Required<ConfigFile>
