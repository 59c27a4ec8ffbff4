/** Guilds with their channels, members and roles. */
import { unknownMember } from "../world/ApiError.ts"
import * as Guilds from "../world/Guilds.ts"
import { Permission } from "../world/Permissions.ts"
import * as Render from "../world/Render.ts"
import * as Find from "./Find.ts"
import { created, get, ok, post, type Routes } from "./Router.ts"

export const guilds: Routes = [
  get("/guilds/{guild_id}", (asked) => {
    const guild = Find.guild(asked)
    const counts = { approximate_member_count: guild.members.size, approximate_presence_count: guild.members.size }
    return ok({ ...Render.guild(guild), ...(asked.query.get("with_counts") === "true" && counts) })
  }),
  get("/guilds/{guild_id}/channels", (asked) => {
    const guild = Find.guild(asked)
    const all = [...asked.world.channels.values()].filter(({ guildId, thread }) => guildId === guild.id && !thread)
    return ok(all.map((one) => Render.channel(asked.world, one)))
  }),
  post("/guilds/{guild_id}/channels", (asked) => {
    const guild = Find.guild(asked)
    Find.needInGuild(asked, guild, Permission.manageChannels)
    const { name, parent_id, topic, type } = asked.json
    const made = Guilds.addChannel(asked.world, guild, {
      name: String(name),
      type: (type ?? undefined) as number | undefined,
      topic: topic as string | null | undefined,
      parentId: parent_id as string | null | undefined
    })
    return created(Render.channel(asked.world, made))
  }),
  get("/guilds/{guild_id}/members/{user_id}", (asked) => {
    const member = Find.guild(asked).members.get(asked.param("user_id"))
    if (member === undefined) throw unknownMember()
    return ok(Render.member(asked.world, member))
  }),
  get("/guilds/{guild_id}/roles", (asked) => ok([...Find.guild(asked).roles.values()].map(Render.role))),
  get("/guilds/{guild_id}/threads/active", (asked) => {
    const { world } = asked
    const guild = Find.guild(asked)
    const threads = [...world.channels.values()].filter(
      ({ guildId, thread }) => guildId === guild.id && thread?.archived === false
    )
    const me = world.bot.user.id
    return ok({
      threads: threads.map((one) => Render.channel(world, one)),
      members: threads
        .filter(({ thread }) => thread?.members.has(me) === true)
        .map((one) => Render.threadMember(one, me)),
      has_more: false
    })
  })
]
