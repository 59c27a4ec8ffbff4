/** The command `loop`: knows its subcommands by name, loads what they need, and ends with their exit code. */
import { printable } from "./domain/Printable.ts"

interface Entry {
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  readonly summary: string
}

const entry = (name: string, summary: string, ...aliases: ReadonlyArray<string>): Entry => ({ name, aliases, summary })

const entries: ReadonlyArray<Entry> = [
  entry("onboard:global", "make LOOP_HOME, and say what to do next", "o:global", "setup"),
  entry("onboard:local", "give this directory a channel and Loop's tools", "o:local", "init"),
  entry("serve", "run the server; --demo plays the model from a script", "s"),
  entry("chat", "talk to a channel in the terminal"),
  entry("send", "post a message to a channel; --wait prints the answer"),
  entry("runs", "list runs"),
  entry("run", "show a run; --follow prints what it does until it has ended"),
  entry("tasks", "tasks list, add, edit, pause, resume, rm, run-now, history: scheduled work"),
  entry(
    "session",
    "session list, open, adopt: go on with a channel's conversation here, or with one of here in a channel"
  ),
  entry("token", "token create, list, revoke: what programs and other people call the server with"),
  entry("cost", "what was spent, and what the budgets leave"),
  entry("audit", "who did what that not everybody may"),
  entry("mcp", "serve Loop's tools to an IDE or another agent, over stdin and stdout", "m"),
  entry("daemon:start", "run the server as a service of yours", "d:start", "up"),
  entry("daemon:stop", "end what runs, and remove the service", "d:stop", "down"),
  entry("daemon:restart", "start the service anew; what runs goes on", "d:restart", "restart"),
  entry("daemon:status", "whether the service runs, and if not, why", "d:status"),
  entry("url", "print the link that opens the page"),
  entry("key", "key set: try a key for the model and store it"),
  entry("config", "config check: print every problem of the configuration"),
  entry("import", "take over what the Go Loop left; --from <its home>, a dry run without --apply"),
  entry("doctor", "look at what Loop needs, and say how to mend it"),
  entry("image", "image build: build the image that agents run in"),
  entry("completions", "completions bash, zsh, fish: what completes all this at Tab"),
  entry("version", "print the version", "v"),
  entry("readme", "print the README", "r")
]

const help = `Loop supervises coding agents: each channel a conversation, each message a turn in a locked box.

Usage: loop <command> [flags]

${entries.map(({ aliases, name, summary }) => `  ${[name, ...aliases].join(", ").padEnd(34)} ${summary}`).join("\n")}

"loop <command> --help" says more about one. The first things to do: loop key set, loop serve, loop url.
`

/** An IDE waits for the first answer of this one, so it loads nothing that it can do without. */
const mcp = async (words: ReadonlyArray<string>): Promise<number | undefined> => {
  const { flagsIn, serve } = await import("./cli/mcp/Start.ts")
  const flags = flagsIn(words)
  if (flags === undefined) return undefined
  return serve(flags, async (apiUrl) => (await import("./commands.ts")).mcpEndpoint(apiUrl)).then(
    () => 0,
    (error: unknown) => {
      process.stderr.write(`loop: ${printable(error instanceof Error ? error.message : String(error))}\n`)
      return 1
    }
  )
}

const complete = async (line: string): Promise<number> => {
  const [{ complete }, { quickly }] = await Promise.all([
    import("./cli/completions/Complete.ts"),
    import("./cli/mcp/Start.ts")
  ])
  const answer = await complete(line, {
    entries,
    describe: async (name) => (await import("./commands.ts")).describe(name),
    endpoint: async () => quickly(undefined) ?? (await (await import("./commands.ts")).mcpEndpoint(undefined))
  })
  process.stdout.write(answer)
  return 0
}

const main = async (words: ReadonlyArray<string>): Promise<number> => {
  const [word = "help", ...rest] = words
  if (word === "help" && rest[0] !== undefined && entries.some(({ name }) => name === rest[0])) {
    return main([rest[0], "--help"])
  }
  if (["help", "--help", "-h"].includes(word)) {
    process.stdout.write(help)
    return 0
  }
  // For the scripts of "loop completions".
  if (word === "__complete") return complete(rest[0] ?? "")
  const asked = word === "--version" ? "version" : word
  const found = entries.find(({ aliases, name }) => name === asked || aliases.includes(asked))
  if (found !== undefined) {
    const served = found.name === "mcp" ? await mcp(rest) : undefined
    if (served !== undefined) return served
    const { runCommand } = await import("./commands.ts")
    return runCommand(found.name, [asked, ...rest])
  }
  process.stderr.write(`loop: There is no command "${word}". See "loop help".\n`)
  return 2
}

process.exit(await main(process.argv.slice(2)))
