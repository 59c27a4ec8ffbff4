/** What a session is told first, and which parts of events Discord describes. */
import type { Description } from "../OpenApi.ts"
import { Intent } from "../world/Intents.ts"
import type { Guild, Json } from "../world/Model.ts"
import { botMay, Permission } from "../world/Permissions.ts"
import * as Render from "../world/Render.ts"
import { instant } from "../world/Snowflake.ts"
import type { World } from "../world/World.ts"
import { applicationFlags } from "../rest/Account.ts"

export const ready = (world: World, sessionId: string, shard: unknown): Json => ({
  v: 10,
  user: Render.self(world),
  guilds: [...world.guilds.keys()].map((id) => ({ id, unavailable: true })),
  session_id: sessionId,
  resume_gateway_url: world.cdn.replace(/^http/, "ws"),
  shard: shard ?? [0, 1],
  application: { id: world.bot.applicationId, flags: applicationFlags(world) }
})

/** Without the members' intent only the bot itself is listed. */
export const guildCreate = (world: World, guild: Guild, intents: number): Json => {
  const seen = [...world.channels.values()].filter(
    (one) => one.guildId === guild.id && botMay(world, one, Permission.viewChannel)
  )
  const members = [...guild.members.values()]
  const listed = (intents & Intent.members) === 0 ? members.filter((one) => one.userId === world.bot.user.id) : members
  return {
    ...Render.guild(guild),
    joined_at: instant(guild.members.get(world.bot.user.id)?.joinedAt ?? 0),
    large: false,
    unavailable: false,
    member_count: members.length,
    voice_states: [],
    members: listed.map((one) => Render.member(world, one)),
    channels: seen.filter(({ thread }) => !thread).map((one) => Render.channel(world, one)),
    threads: seen.filter(({ thread }) => thread?.archived === false).map((one) => Render.channel(world, one)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: []
  }
}

const channel = ["GuildChannelResponse", "PrivateChannelResponse", "ThreadResponse"]

type Part = readonly [where: string, schemas: ReadonlyArray<string>, value: unknown]

const each = (where: string, schemas: ReadonlyArray<string>, values: unknown): ReadonlyArray<Part> =>
  Array.isArray(values) ? values.map((value: unknown): Part => [where, schemas, value]) : []

/** The objects in an event that the API's description knows. */
const parts = (name: string, data: Json): ReadonlyArray<Part> => {
  if (["MESSAGE_CREATE", "MESSAGE_UPDATE"].includes(name)) {
    const member = data["member"] === undefined ? [] : [data["member"]]
    return [["message", ["MessageResponse"], data], ...each("member", ["BasicGuildMemberResponse"], member)]
  }
  if (["CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE"].includes(name)) {
    return [["channel", channel, data]]
  }
  if (name === "GUILD_CREATE") {
    return [
      ["guild", ["GuildResponse"], data],
      ...each("channels", channel, data["channels"]),
      ...each("threads", channel, data["threads"]),
      ...each("members", ["GuildMemberResponse"], data["members"])
    ]
  }
  if (name === "READY") return [["user", ["UserPIIResponse"], data["user"]]]
  if (name.startsWith("GUILD_ROLE_") && data["role"] !== undefined) {
    return [["role", ["GuildRoleResponse"], data["role"]]]
  }
  if (name.startsWith("GUILD_MEMBER_")) return [["member", ["GuildMemberResponse"], data]]
  if (name === "THREAD_LIST_SYNC") {
    return [...each("threads", channel, data["threads"]), ...each("members", ["ThreadMemberResponse"], data["members"])]
  }
  if (name === "THREAD_MEMBERS_UPDATE") return each("added", ["ThreadMemberResponse"], data["added_members"])
  if (name === "INTERACTION_CREATE") {
    const resolved = (data["data"] as { resolved?: { messages?: Json } } | undefined)?.resolved?.messages
    return [
      ...each("channel", channel, [data["channel"]]),
      ...each("message", ["MessageResponse"], data["message"] === undefined ? [] : [data["message"]]),
      ...each("resolved message", ["MessageResponse"], resolved === undefined ? [] : Object.values(resolved)),
      ...each("member", ["GuildMemberResponse"], data["member"] === undefined ? [] : [data["member"]])
    ]
  }
  return []
}

export const problems = (description: Description, name: string, data: unknown): ReadonlyArray<string> =>
  parts(name, data as Json).flatMap(([where, schemas, value]) =>
    description.value(schemas, value).map((problem) => `${where}: ${problem}`)
  )
