/**
 * What has changed in a channel's work directory since its last commit. Git runs in a box of the channel, as for worktrees:
 * filters, hooks and configuration of a repository belong to the agent and must not act on the host.
 */
import { Effect } from "effect"
import { summary } from "../../../domain/Text.ts"
import { permitted, refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

/** Characters of a difference that are kept. */
const atMost = 1_000_000
/** Characters of it that are shown in the text; above them it is a file. */
const inText = 1500
const namesShown = 20

/** Git's name for a tree with nothing in it: what a repository without a commit is compared with. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

/** Nothing of the system's or the repository's configuration starts a program or a pager, and nothing is written. */
const git = (workDir: string, ...args: ReadonlyArray<string>): ReadonlyArray<string> => [
  "env",
  "GIT_CONFIG_NOSYSTEM=1",
  "GIT_ATTR_NOSYSTEM=1",
  "GIT_TERMINAL_PROMPT=0",
  "git",
  "--no-pager",
  "--no-optional-locks",
  "-C",
  workDir,
  ...["safe.directory=*", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.quotePath=false"].flatMap(
    (setting) => ["-c", setting]
  ),
  ...args
]

const run = Effect.fnUntraced(function* ({ id, shared }: Given, ...args: ReadonlyArray<string>) {
  const channel = yield* shared.channels.get(id)
  const root = yield* shared.channels.root(channel)
  const { workDir } = yield* shared.settings.forChannel(channel, root)
  return yield* shared.agents
    .runOnce({ channel, root, argv: git(workDir, ...args), workDir, mounts: [], keep: atMost })
    .pipe(
      Effect.catchTag(["SandboxError", "RelayError"], (error) =>
        Effect.fail(refuse("unavailable", `No box could be started to look: ${summary(error.message, 200)}`))
      )
    )
})

/** Entries of `git status -z`: two characters, a space, a path. */
const untrackedIn = (status: string): ReadonlyArray<string> =>
  status
    .split("\0")
    .filter((entry) => entry.startsWith("?? "))
    .map((entry) => entry.slice(3))

const listed = (names: ReadonlyArray<string>): string => {
  const shown = names.slice(0, namesShown).map((name) => `- ${summary(name, 200)}`)
  const more = names.length - shown.length
  return [`New, not in git: ${names.length}`, ...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n")
}

/** A fence that nothing in the text ends. */
const fenced = (text: string): string => {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length))
  const fence = "`".repeat(longest + 1)
  return `${fence}diff\n${text}\n${fence}`
}

const diff = Effect.fnUntraced(function* (given: Given) {
  yield* permitted(given.shared, given.subject, "read", given.id)
  const status = yield* run(given, "status", "--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=all")
  if (status.code !== 0) {
    return yield* refuse("conflict", `Git can tell nothing of this channel's directory: ${summary(status.output, 200)}`)
  }
  if (status.stdout === "") return { text: "Nothing has changed since the last commit." }
  const compare = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all"]
  const since = yield* run(given, ...compare, "HEAD", "--")
  const { stdout } = since.code === 0 ? since : yield* run(given, ...compare, emptyTree, "--")
  const text = stdout.trimEnd()
  const untracked = untrackedIn(status.stdout)
  const names = untracked.length === 0 ? [] : [listed(untracked)]
  if (text === "") return { text: names.join("") }
  if (text.length <= inText) return { text: [...names, fenced(text)].join("\n") }
  const cut = text.length >= atMost ? ` It is longer than ${atMost} characters; the rest is left out.` : ""
  const lines = text.split("\n")
  const count = (sign: string) =>
    lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length
  return {
    text: [...names, `Changed: ${count("+")} lines added, ${count("-")} removed.${cut}`].join("\n"),
    file: { name: "changes.diff", data: new TextEncoder().encode(`${text}\n`) }
  }
})

export const commands: Commands = { diff }
