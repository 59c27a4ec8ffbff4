/**
 * The commands as Discord shows them: one `/loop` with subcommands, and commands on messages. They are global, so that they
 * are there in every server and in direct messages, and are no more than one list to compare; Discord shows a change at once.
 */
import { Effect } from "effect"
import {
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType as Type,
  ApplicationCommandType as Kind,
  type RESTPostAPIApplicationCommandsJSONBody,
  Routes
} from "discord-api-types/v10"
import type { ChatCommand, ChatOption } from "../../domain/chat/Words.ts"
import type { ChatPlatform } from "../../services/ChatPlatform.ts"
import type { Api } from "./Rest.ts"

const root = "loop"
const rootDescription = "What Loop can do here"

const types = { text: Type.String, integer: Type.Integer, user: Type.User, role: Type.Role } as const

const optionOf = (option: ChatOption): APIApplicationCommandBasicOption => {
  const { choices, completes = false, description, name, required } = option
  const base = { name, description, required }
  if (option.type === "user" || option.type === "role") return { ...base, type: types[option.type] }
  if (option.type === "integer") return { ...base, type: Type.Integer, ...(completes && { autocomplete: true }) }
  if (completes) return { ...base, type: Type.String, autocomplete: true }
  return { ...base, type: Type.String, ...(choices !== undefined && { choices: [...choices] }) }
}

const subcommand = (name: string, { description, options }: ChatCommand): APIApplicationCommandSubcommandOption => ({
  type: Type.Subcommand,
  name,
  description,
  // Discord wants those that are required first.
  options: options.toSorted((a, b) => Number(b.required) - Number(a.required)).map(optionOf)
})

export const declarationOf = (
  commands: ReadonlyArray<ChatCommand>
): ReadonlyArray<RESTPostAPIApplicationCommandsJSONBody> => {
  const groups = new Map<string, Array<APIApplicationCommandSubcommandOption>>()
  const options: Array<APIApplicationCommandOption> = []
  for (const command of commands.filter(({ on }) => on === "channel")) {
    const dash = command.name.indexOf("-")
    if (dash < 0) {
      options.push(subcommand(command.name, command))
      continue
    }
    const [group, name] = [command.name.slice(0, dash), command.name.slice(dash + 1)]
    const members = groups.get(group)
    if (members !== undefined) {
      members.push(subcommand(name, command))
      continue
    }
    const first = [subcommand(name, command)]
    groups.set(group, first)
    options.push({ type: Type.SubcommandGroup, name: group, description: `${group}: what can be done`, options: first })
  }
  const menus = commands.filter(({ on }) => on === "message")
  return [
    ...(options.length === 0
      ? []
      : [{ type: Kind.ChatInput as const, name: root, description: rootDescription, options }]),
    ...menus.map(({ description }) => ({ type: Kind.Message as const, name: description }))
  ]
}

interface Shape {
  readonly type?: number
  readonly name: string
  readonly description?: string
  readonly required?: boolean
  readonly autocomplete?: boolean
  readonly choices?: ReadonlyArray<{ readonly name: string; readonly value: unknown }>
  readonly options?: ReadonlyArray<Shape>
}

/** What is ours of it: Discord adds ids, versions, contexts, and leaves out what is false. */
const essence = (shape: Shape): unknown => [
  shape.type ?? Kind.ChatInput,
  shape.name,
  shape.description ?? "",
  shape.required === true,
  shape.autocomplete === true,
  (shape.choices ?? []).map(({ name, value }) => [name, value]),
  (shape.options ?? []).map(essence)
]

const sameAs = (wanted: ReadonlyArray<Shape>, there: ReadonlyArray<Shape>): boolean => {
  const sorted = (shapes: ReadonlyArray<Shape>) => shapes.map((each) => JSON.stringify(essence(each))).toSorted()
  return JSON.stringify(sorted(wanted)) === JSON.stringify(sorted(there))
}

export interface Declaring extends Pick<ChatPlatform, "register"> {
  readonly menu: (shown: string) => string | undefined
}

export const make = (api: Api, appId: string): Declaring => {
  const menus = new Map<string, string>()
  const about = { what: "declare its commands", needs: "the scope applications.commands" }
  return {
    menu: (shown) => menus.get(shown),
    register: Effect.fn("Discord.register")(function* (commands) {
      for (const { description, name, on } of commands) if (on === "message") menus.set(description, name)
      const wanted = declarationOf(commands)
      const there = yield* api.call<ReadonlyArray<APIApplicationCommand>>(
        about,
        "get",
        Routes.applicationCommands(appId)
      )
      if (sameAs(wanted as ReadonlyArray<Shape>, there as ReadonlyArray<Shape>)) return
      yield* api.call(about, "put", Routes.applicationCommands(appId), { body: wanted })
      yield* Effect.logInfo("Discord has new commands").pipe(Effect.annotateLogs({ commands: commands.length }))
    })
  }
}
