/** The options of a command as people and programs give them, checked against the catalogue. */
import { Effect } from "effect"
import type { ChatCommand, ChatOption } from "../../../domain/chat/Words.ts"
import { refuse } from "../Shared.ts"

/** `<@1>`, `<@!1>` and `<@&1>` are how Discord writes people and roles in a text. */
const bareId = (text: string): string => /^<@[!&]?([^>|]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ?? text

const wrong = (command: ChatCommand, { name, type, choices }: ChatOption, text: string): string | undefined => {
  if (type === "integer" && !/^\d{1,15}$/.test(text)) return `${name} is a whole number, such as 3; "${text}" is none.`
  if (choices !== undefined && !choices.some(({ value }) => value === text)) {
    return `${name} is one of ${choices.map(({ value }) => value).join(", ")}; "${text}" is none of them.`
  }
  if ((type === "user" || type === "role") && /\s/.test(text)) {
    return `${name} of ${command.name} is the id of a ${type}; "${text}" is none.`
  }
  return undefined
}

/** Fails with the first thing that is wrong, naming the option as `field`. */
export const check = Effect.fnUntraced(function* (command: ChatCommand, given: Readonly<Record<string, string>>) {
  const known = command.options.map(({ name }) => name)
  const stranger = Object.keys(given).find((name) => !known.includes(name))
  if (stranger !== undefined) {
    const offered = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`
    return yield* refuse("invalid", `${command.name} has no option "${stranger}": ${offered}.`, stranger)
  }
  const checked: Record<string, string> = {}
  for (const option of command.options) {
    const { name, required, type } = option
    const text = (given[name] ?? "").trim()
    if (text === "" && required) {
      return yield* refuse("invalid", `${command.name} needs ${name}: ${lower(option.description)}.`, name)
    }
    if (text === "") continue
    const value = type === "user" || type === "role" ? bareId(text) : text
    const fault = wrong(command, option, value)
    if (fault !== undefined) return yield* refuse("invalid", fault, name)
    checked[name] = value
  }
  return checked
})

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
