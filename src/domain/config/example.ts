const permissions = (owner: string | undefined): string =>
  owner === undefined
    ? '// "permissions": { "owners": { "users": ["the id of a person"] } },'
    : `"permissions": { "owners": { "users": [${JSON.stringify(owner)}] } },`

/** What `config.json` holds when Loop makes it; `owner` is the platform's id of the first owner. */
export const exampleConfigOf = (
  owner?: string
): string => `// Loop's configuration. HJSON: comments and trailing commas are welcome, quotes are optional.
// Every key with its default is in the README under "Configuration"; "loop config check" looks this file over,
// and a running server applies a valid edit by itself.
{
  // How Loop reaches the model: an API key or an OAuth token ("loop key set" writes it here).
  // "anthropic_api_key": "",
  // "claude_code_oauth_token": "",

  // Where people talk to Loop.
  "platforms": ["local"],

  // Discord: a bot of your own, made at https://discord.com/developers/applications ("loop readme" has the steps).
  // "platforms": ["local", "discord"],
  // "discord_token": "",
  // "discord_app_id": "",
  // "discord_guild_id": "",

  // Who owns this Loop on chat platforms. Without anybody, whoever has the code that "loop serve" prints.
  ${permissions(owner)}

  // Where the server listens. ":8222" means this machine only.
  // "api_addr": "127.0.0.1:8222",

  // "claude_model": "sonnet",
  // "max_concurrent_runs": 8,

  // What agents see of this machine beside their project: "source:target", with ":ro" to keep it from being changed.
  // "mounts": ["~/.gitconfig:~/.gitconfig:ro", "loop-npmcache:~/.npm"],
  // "envs": { "EDITOR": "vi" },

  // Tools of your own; they run inside the box.
  // "mcp": { "servers": { "tickets": { "command": "npx", "args": ["-y", "tickets-mcp"], "env": {} } } },
}
`

export const exampleConfig = exampleConfigOf()

/** What a project's `.loop/config.json` holds when Loop makes it. */
export const exampleProject = `// What Loop's agents get in this project, beside what the owner's own configuration says. HJSON, as that one.
// Agents can write this file, so it holds only what acts inside their box; anything else waits for an owner.
{
  // "claude_model": "sonnet",
  // "envs": { "CI": "1" },
  // "mcp": { "servers": { "tickets": { "command": "npx", "args": ["-y", "tickets-mcp"], "env": {} } } },

  // Ready-made tasks; prompt files lie in .loop/templates.
  // "task_templates": [{ "name": "review", "description": "Looks over open changes", "schedule": "0 9 * * *", "type": "cron", "prompt_path": "review.md" }],

  // "memory": { "paths": ["./docs"] },
}
`
