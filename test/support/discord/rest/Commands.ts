/** The bot's commands, for every guild or for one. */
import { missingAccess } from "../world/ApiError.ts"
import type { Command, CommandOption, Json } from "../world/Model.ts"
import * as Render from "../world/Render.ts"
import { get, ok, put, type Asked, type Routes } from "./Router.ts"

const ours = (asked: Asked): void => {
  if (asked.param("application_id") !== asked.world.bot.applicationId) throw missingAccess()
}

const listed = ({ world }: Asked, guildId: string | undefined) =>
  ok((world.commands.get(guildId ?? "") ?? []).map((one) => Render.command(world, one)))

/** Replaces all; one of the same name and type keeps its id. */
const replace = (asked: Asked, guildId: string | undefined) => {
  const { world } = asked
  const before = world.commands.get(guildId ?? "") ?? []
  const given = Array.isArray(asked.body) ? (asked.body as ReadonlyArray<Json>) : []
  const commands = given.map((one): Command => {
    const type = (one["type"] ?? 1) as number
    const name = String(one["name"])
    const known = before.find((other) => other.name === name && other.type === type)
    return {
      id: known?.id ?? world.nextId(),
      version: world.nextId(),
      type,
      name,
      description: String(one["description"] ?? ""),
      guildId,
      options: (one["options"] ?? []) as ReadonlyArray<CommandOption>,
      given: one
    }
  })
  world.commands.set(guildId ?? "", commands)
  world.changed()
  return listed(asked, guildId)
}

const everywhere = "/applications/{application_id}/commands"
const inGuild = "/applications/{application_id}/guilds/{guild_id}/commands"

const checked =
  (handle: (asked: Asked, guildId: string | undefined) => ReturnType<typeof ok>, guild: boolean) => (asked: Asked) => {
    ours(asked)
    return handle(asked, guild ? asked.param("guild_id") : undefined)
  }

export const commands: Routes = [
  get(everywhere, checked(listed, false)),
  put(everywhere, checked(replace, false)),
  get(inGuild, checked(listed, true)),
  put(inGuild, checked(replace, true))
]
