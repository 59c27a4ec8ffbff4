/** Options of a command as Discord's own client lets people fill them in: by the registered names, types and choices. */
import type { Channel, CommandOption, Json, Role, User } from "../world/Model.ts"
import * as Messages from "../world/Messages.ts"
import * as Render from "../world/Render.ts"
import type { World } from "../world/World.ts"

/** A file stands for an attachment; people, roles and channels stand for themselves. */
export type Value = string | number | boolean | User | Role | Channel | Messages.Upload

export interface Filled {
  readonly group?: string
  readonly subcommand?: string
  readonly options?: Readonly<Record<string, Value>>
}

interface Resolved {
  readonly users: Json
  readonly members: Json
  readonly roles: Json
  readonly channels: Json
  readonly attachments: Json
}

const refuse = (text: string): never => {
  throw new Error(`Discord would not let anyone send that: ${text}.`)
}

const idOf = (value: Value): string => (typeof value === "object" && "id" in value ? value.id : refuse("not an object"))

const scalar: Readonly<Record<number, (value: Value) => boolean>> = {
  3: (value) => typeof value === "string",
  4: (value) => typeof value === "number" && Number.isInteger(value),
  5: (value) => typeof value === "boolean",
  10: (value) => typeof value === "number"
}

const resolve = (world: World, channel: Channel, userId: string, option: CommandOption, value: Value, to: Resolved) => {
  if (option.type === 11) {
    if (typeof value !== "object" || !("bytes" in value)) return refuse(`${option.name} is a file`)
    const { contentType, filename, id, size, url } = Messages.store(world, channel.id, value)
    to.attachments[id] = { id, filename, size, url, proxy_url: url, content_type: contentType, ephemeral: true }
    return id
  }
  const id = idOf(value)
  const guild = world.guilds.get(channel.guildId ?? "")
  const user = world.users.get(id)
  const role = guild?.roles.get(id)
  const other = world.channels.get(id)
  if (user !== undefined && [6, 9].includes(option.type)) {
    to.users[id] = Render.user(user)
    const member = guild?.members.get(id)
    if (member !== undefined) to.members[id] = Render.memberWithoutUser(member)
  } else if (role !== undefined && [8, 9].includes(option.type)) to.roles[id] = Render.role(role)
  else if (other !== undefined && option.type === 7) to.channels[id] = Render.channelFor(world, other, userId)
  else refuse(`${option.name} is not of type ${option.type}`)
  return id
}

export interface Filling {
  readonly world: World
  readonly channel: Channel
  readonly userId: string
  /** The option that is being typed: an autocomplete, which need not be complete. */
  readonly focused?: string
}

const leaves = (filling: Filling, defined: ReadonlyArray<CommandOption>, given: Filled, to: Resolved) => {
  const values = given.options ?? {}
  for (const name of Object.keys(values)) {
    if (!defined.some((one) => one.name === name)) refuse(`there is no option ${name}`)
  }
  return defined.flatMap((option): ReadonlyArray<Json> => {
    const value = values[option.name]
    const { name, type } = option
    const focused = filling.focused === name
    if (value === undefined) {
      return option.required === true && filling.focused === undefined ? refuse(`${name} is required`) : []
    }
    if (focused) return [{ name, type, value: String(value), focused: true }]
    const isScalar = scalar[type]
    if (isScalar === undefined) {
      return [{ name, type, value: resolve(filling.world, filling.channel, filling.userId, option, value, to) }]
    }
    if (!isScalar(value)) refuse(`${name} is not of type ${type}`)
    const choices = option.choices ?? []
    if (choices.length > 0 && !choices.some((choice) => choice.value === value)) refuse(`${name} has no such choice`)
    return [{ name, type, value }]
  })
}

const inner = (defined: ReadonlyArray<CommandOption>, type: number, name: string): CommandOption =>
  defined.find((one) => one.type === type && one.name === name) ?? refuse(`there is no ${name}`)

/** The `options` and `resolved` of an interaction's data. */
export const fill = (filling: Filling, defined: ReadonlyArray<CommandOption>, given: Filled): Json => {
  const to: Resolved = { users: {}, members: {}, roles: {}, channels: {}, attachments: {} }
  const within = (some: ReadonlyArray<CommandOption>): ReadonlyArray<Json> => {
    if (given.subcommand === undefined) {
      return some.some(({ type }) => type < 3) ? refuse("a subcommand is needed") : leaves(filling, some, given, to)
    }
    const found = inner(some, 1, given.subcommand)
    return [{ name: found.name, type: 1, options: leaves(filling, found.options ?? [], given, to) }]
  }
  const group = given.group === undefined ? undefined : inner(defined, 2, given.group)
  const options =
    group === undefined ? within(defined) : [{ name: group.name, type: 2, options: within(group.options ?? []) }]
  if (filling.focused !== undefined) {
    const all = [
      ...(given.subcommand === undefined
        ? defined
        : (inner(group?.options ?? defined, 1, given.subcommand).options ?? []))
    ]
    const typed = all.find(({ name }) => name === filling.focused)
    if (typed?.autocomplete !== true) refuse(`${filling.focused} has no suggestions`)
  }
  const resolved = Object.fromEntries(Object.entries(to).filter(([, found]) => Object.keys(found).length > 0))
  return { options, ...(Object.keys(resolved).length > 0 && { resolved }) }
}
