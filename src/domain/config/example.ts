/** What `config.json` holds when Loop makes it. */
export const exampleConfig = `// Loop's configuration. HJSON: comments and trailing commas are welcome, quotes are optional.
// Every key with its default is in the README under "Configuration"; "loop config check" looks this file over,
// and a running server applies a valid edit by itself.
{
  // How Loop reaches the model: an API key or an OAuth token ("loop key set" writes it here).
  // "anthropic_api_key": "",
  // "claude_code_oauth_token": "",

  // Where people talk to Loop.
  "platforms": ["local"],

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
