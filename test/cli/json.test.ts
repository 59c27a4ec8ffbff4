/** Which commands answer programs: a new one has `--json`, or a line here that says why not. */
import { assert, it } from "@effect/vitest"
import type { CommandDescriptor } from "effect/cli/Completions"
import { describe as describeCommand, names } from "../../src/commands.ts"

const leaves = (command: CommandDescriptor, path: string): ReadonlyArray<readonly [string, CommandDescriptor]> =>
  command.subcommands.length === 0
    ? [[path, command]]
    : command.subcommands.flatMap((each) => leaves(each, `${path} ${each.name}`))

const without: Readonly<Record<string, string>> = {
  chat: "it is a conversation",
  send: "with --wait it prints the answer and nothing else",
  "session open": "the terminal is handed over",
  mcp: "it speaks a protocol",
  serve: "it runs until it is stopped",
  "onboard:global": "it tells a person what to do next",
  "onboard:local": "it tells a person what to do next",
  "daemon:start": "daemon:status tells what became of it",
  "daemon:stop": "daemon:status tells what became of it",
  "daemon:restart": "daemon:status tells what became of it",
  "config check": "a line for each problem, with its file and line number, as compilers have it",
  completions: "it is a script",
  readme: "it is a text",
  "key set": "it asks for a secret",
  "image build": "it prints the image's id and nothing else"
}

it("every command answers in JSON, or is known not to", () => {
  const all = names.flatMap((name) => leaves(describeCommand(name), name))
  const silent = all.filter(([, { flags }]) => !flags.some(({ name }) => name === "json")).map(([path]) => path)
  assert.sameMembers(silent, Object.keys(without))
})
