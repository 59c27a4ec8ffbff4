/** What may stand where the cursor is, by what a command takes. Pure. */
import type { CommandDescriptor, FlagDescriptor } from "effect/cli/Completions"

export interface Candidate {
  readonly value: string
  readonly about: string
}

/** What only the server knows. */
export type Known = "channels" | "runs" | "tasks"

export interface Found {
  readonly candidates: ReadonlyArray<Candidate>
  /** Ids that may stand there as well, behind this. */
  readonly known?: { readonly kind: Known; readonly after: string }
}

const none: Found = { candidates: [] }

/** Flags and arguments that are ids, by their names. */
const kindOf = (path: string, name: string): Known | undefined => {
  if (name === "channel") return "channels"
  if (name !== "id") return undefined
  if (path === "run") return "runs"
  return path.startsWith("tasks ") ? "tasks" : undefined
}

const namesOf = ({ aliases, name }: FlagDescriptor): ReadonlyArray<string> => [
  `--${name}`,
  ...aliases.map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`))
]

const takesValue = ({ optionalValue, type }: FlagDescriptor) => type._tag !== "Boolean" && optionalValue !== true

/** A flag's or an argument's. `after` stands before it in the same word. */
const values = (path: string, { name, type }: Pick<FlagDescriptor, "name" | "type">, after = ""): Found => {
  const candidates =
    type._tag === "Choice" ? type.values.map((value) => ({ value: `${after}${value}`, about: "" })) : []
  const kind = kindOf(path, name)
  return kind === undefined ? { candidates } : { candidates, known: { kind, after } }
}

/** The whole words behind the command's name lead to a subcommand; what of them are arguments, and what flags were given. */
const descend = (top: CommandDescriptor, words: ReadonlyArray<string>) => {
  let [command, path, positional] = [top, top.name, 0]
  let given: Array<string> = []
  let waiting: FlagDescriptor | undefined
  let ended = false
  for (const word of words) {
    if (waiting !== undefined) {
      waiting = undefined
    } else if (!ended && word === "--") {
      ended = true
    } else if (!ended && word.startsWith("-")) {
      const [name = ""] = word.split("=")
      given.push(name)
      const flag = command.flags.find((each) => namesOf(each).includes(name))
      if (flag !== undefined && takesValue(flag) && !word.includes("=")) waiting = flag
    } else {
      const next = command.subcommands.find(({ name }) => name === word)
      if (next === undefined) positional++
      else [command, path, positional, given] = [next, `${path} ${next.name}`, 0, []]
    }
  }
  return { command, path, positional, given, waiting, ended }
}

/** `words`: behind the command's name; `typed`: the beginning of what is looked for. */
export const candidates = (top: CommandDescriptor, words: ReadonlyArray<string>, typed: string): Found => {
  const { command, ended, given, path, positional, waiting } = descend(top, words)
  if (waiting !== undefined) return values(path, waiting)
  if (!ended && typed.startsWith("--") && typed.includes("=")) {
    const name = typed.slice(0, typed.indexOf("="))
    const flag = command.flags.find((each) => namesOf(each).includes(name))
    return flag === undefined || !takesValue(flag) ? none : values(path, flag, `${name}=`)
  }
  if (!ended && typed.startsWith("-")) {
    const open = command.flags.filter((flag) => !namesOf(flag).some((name) => given.includes(name)))
    return {
      candidates: [
        ...open.map(({ description = "", name }) => ({ value: `--${name}`, about: description })),
        { value: "--help", about: "Say more about it" }
      ]
    }
  }
  if (command.subcommands.length > 0) {
    return {
      candidates: command.subcommands.map(({ description = "", name }) => ({ value: name, about: description }))
    }
  }
  const last = command.arguments.at(-1)
  const argument = command.arguments[positional] ?? (last?.variadic === true ? last : undefined)
  return argument === undefined ? none : values(path, argument)
}
