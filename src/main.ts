/** The command `loop`: knows its subcommands by name, loads what they need, and ends with their exit code. */

interface Entry {
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  readonly summary: string
}

const entry = (name: string, summary: string, ...aliases: ReadonlyArray<string>): Entry => ({ name, aliases, summary })

const entries: ReadonlyArray<Entry> = [
  entry("onboard:global", "make LOOP_HOME, and say what to do next", "o:global", "setup"),
  entry("serve", "run the server; --demo plays the model from a script", "s"),
  entry("chat", "talk to a channel in the terminal"),
  entry("send", "post a message to a channel; --wait prints the answer"),
  entry("runs", "list runs"),
  entry("run", "show a run"),
  entry("url", "print the link that opens the page"),
  entry("key", "key set: try a key for the model and store it"),
  entry("config", "config check: print every problem of the configuration"),
  entry("doctor", "look at what Loop needs, and say how to mend it"),
  entry("image", "image build: build the image that agents run in"),
  entry("version", "print the version", "v"),
  entry("readme", "print the README", "r")
]

const help = `Loop supervises coding agents: each channel a conversation, each message a turn in a locked box.

Usage: loop <command> [flags]

${entries.map(({ aliases, name, summary }) => `  ${[name, ...aliases].join(", ").padEnd(12)} ${summary}`).join("\n")}

"loop <command> --help" says more about one. The first things to do: loop key set, loop serve, loop url.
`

const main = async (words: ReadonlyArray<string>): Promise<number> => {
  const [word = "help", ...rest] = words
  if (word === "help" && rest[0] !== undefined && entries.some(({ name }) => name === rest[0])) {
    return main([rest[0], "--help"])
  }
  if (["help", "--help", "-h"].includes(word)) {
    process.stdout.write(help)
    return 0
  }
  const asked = word === "--version" ? "version" : word
  const found = entries.find(({ aliases, name }) => name === asked || aliases.includes(asked))
  if (found !== undefined) {
    const { runCommand } = await import("./commands.ts")
    return runCommand(found.name, [asked, ...rest])
  }
  process.stderr.write(`loop: There is no command "${word}". See "loop help".\n`)
  return 2
}

process.exit(await main(process.argv.slice(2)))
