/** What may be meant by a slash and what follows it. */
import { useQuery } from "@tanstack/react-query"
import { useDeferredValue } from "react"
import { call, type Command } from "../../../api/client.ts"
import { commandsQuery } from "../../../api/queries.ts"
import { optionAt, templateOf } from "./commands.ts"

export interface Suggestion {
  readonly label: string
  readonly detail: string
  /** The whole text, once it is taken. */
  readonly text: string
}

const matches = ({ description, name }: Command, typed: string) =>
  name.startsWith(typed) || (typed.length > 2 && description.toLowerCase().includes(typed))

const choicesQuery = (channel: string, command: string, option: string, typed: string) => ({
  queryKey: ["choices", channel, command, option, typed],
  queryFn: () =>
    call("GET /api/commands/{name}/choices", {
      path: { name: command },
      query: { channel_id: channel, option, typed }
    }),
  staleTime: 5000
})

const most = 8

export const useSuggestions = (channel: string | undefined, text: string): ReadonlyArray<Suggestion> => {
  const deferred = useDeferredValue(text)
  const isCommand = channel !== undefined && /^\/[\w-]*(\s|$)/.test(deferred) && !deferred.includes("\n")
  const { data: commands = [] } = useQuery({ ...commandsQuery, enabled: isCommand })
  const [, name = "", space = "", rest = ""] = /^\/([\w-]*)(\s+)?([\s\S]*)$/.exec(deferred) ?? []
  const command = space === "" ? undefined : commands.find((each) => each.name === name.toLowerCase())
  const option = command === undefined ? undefined : optionAt(command, rest)
  const wanted = command?.options.find((each) => each.name === option?.name)
  const asks = isCommand && wanted?.completes === true
  const { data: choices = [] } = useQuery({
    ...choicesQuery(channel ?? "", name, wanted?.name ?? "", option?.typed ?? ""),
    enabled: asks
  })
  const { data: own = [] } = useQuery({
    ...choicesQuery(channel ?? "", "cc", "command", name),
    enabled: isCommand && space === ""
  })
  if (!isCommand) return []
  if (space === "") {
    const ours = commands.filter((each) => matches(each, name.toLowerCase()))
    const listed = ours.map((each) => ({ label: `/${each.name}`, detail: each.description, text: templateOf(each) }))
    const known = new Set(commands.map((each) => each.name))
    const agents = own.filter(({ value }) => !known.has(value) && value.startsWith(name))
    return [
      ...listed,
      ...agents.map(({ value }) => ({ label: `/${value}`, detail: "The agent’s own", text: `/${value} ` }))
    ].slice(0, most * 4)
  }
  if (command === undefined || option === undefined || wanted === undefined) return []
  const fixed = (wanted.choices ?? []).filter(({ value }) => value.startsWith(option.typed) && value !== option.typed)
  return [...fixed, ...(asks ? choices : [])]
    .filter(({ value }) => value !== option.typed)
    .slice(0, most)
    .map((choice) => ({
      label: choice.name,
      detail: choice.name === choice.value ? wanted.description : "",
      text: `/${command.name} ${option.before}${choice.value}${command.options.length > 1 ? " " : ""}`
    }))
}
