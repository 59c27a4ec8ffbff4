/** What a command was called with, as text. */
import {
  type APIApplicationCommandInteractionDataOption,
  ApplicationCommandOptionType as Type,
  type InteractionType
} from "discord-api-types/v10"

type Given = APIApplicationCommandInteractionDataOption<
  InteractionType.ApplicationCommand | InteractionType.ApplicationCommandAutocomplete
>

export interface Called {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  /** The option that is being typed. */
  readonly focused: { readonly option: string; readonly typed: string; readonly integer: boolean } | null
}

/** `loop template add` is `template-add`; a command without subcommands keeps its own name. */
export const calledOf = (command: string, given: ReadonlyArray<Given> = []): Called => {
  const path: Array<string> = []
  let level = given
  for (;;) {
    const first = level[0]
    if (first === undefined || (first.type !== Type.Subcommand && first.type !== Type.SubcommandGroup)) break
    path.push(first.name)
    level = first.options ?? []
  }
  const options: Record<string, string> = {}
  let focused: Called["focused"] = null
  for (const each of level) {
    if (!("value" in each)) continue
    options[each.name] = String(each.value)
    if ("focused" in each && each.focused === true)
      focused = { option: each.name, typed: String(each.value), integer: each.type === Type.Integer }
  }
  return { name: path.length === 0 ? command : path.join("-"), options, focused }
}
