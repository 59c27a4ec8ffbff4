/** Slash commands as they are typed: `/set busy steer`, `/schedule schedule:"0 9 * * *" type:cron prompt:"Look"`. */
import type { Command } from "../../../api/client.ts"

export interface Typed {
  readonly name: string
  /** Behind the name. */
  readonly rest: string
}

/** Undefined where the text is none; a path such as `/etc/hosts` is none. */
export const typedOf = (text: string): Typed | undefined => {
  const match = /^\/([a-z][\w-]*)(?:\s+([\s\S]*))?$/i.exec(text)
  return match === null ? undefined : { name: (match[1] ?? "").toLowerCase(), rest: match[2] ?? "" }
}

const named = /([a-z_]+):(?:"([^"]*)"|(\S+))/g

/** What is given by name, then the words that are left, in the order of the options; the last one takes the rest. */
export const optionsOf = ({ options }: Command, rest: string): Readonly<Record<string, string>> => {
  const given: Record<string, string> = {}
  const known = new Set(options.map(({ name }) => name))
  const words = rest
    .replaceAll(named, (all, name: string, quoted: string | undefined, plain: string | undefined) => {
      if (!known.has(name)) return all
      given[name] = quoted ?? plain ?? ""
      return ""
    })
    .trim()
  let left = words
  const open = options.filter(({ name }) => given[name] === undefined)
  for (const [n, { name }] of open.entries()) {
    if (left === "") break
    const word = n === open.length - 1 ? left : (/^\S+/.exec(left)?.[0] ?? "")
    given[name] = word
    left = left.slice(word.length).trim()
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""))
}

/** What is put in when a command is chosen: ready for its options. */
export const templateOf = ({ name, options }: Command): string => {
  const required = options.filter((option) => option.required)
  if (options.length === 0) return `/${name}`
  if (required.length < 2) return `/${name} `
  return `/${name} ${required.map((option) => `${option.name}:${option.choices === undefined ? '""' : ""}`).join(" ")}`
}

/** The option that is being typed, and what of it is there. */
export const optionAt = (
  { options }: Command,
  rest: string
): { readonly name: string; readonly typed: string; readonly before: string } | undefined => {
  const byName = /^([\s\S]*?)([a-z_]+):(?:"([^"]*)|(\S*))$/.exec(rest)
  const option = options.find(({ name }) => name === byName?.[2])
  if (byName !== null && option !== undefined) {
    return { name: option.name, typed: byName[3] ?? byName[4] ?? "", before: `${byName[1] ?? ""}${option.name}:` }
  }
  const words = rest.split(/\s+/)
  const at = Math.min(words.length, options.length) - 1
  const positional = options[at]
  if (positional === undefined || /[a-z_]+:/.test(rest)) return undefined
  const typed = at === options.length - 1 ? words.slice(at).join(" ") : (words[at] ?? "")
  return { name: positional.name, typed, before: rest.slice(0, rest.length - typed.length) }
}
