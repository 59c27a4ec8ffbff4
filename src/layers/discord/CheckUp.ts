/** Whether Discord takes the bot as it is configured, and lets it do what it has to do. Changes nothing. */
import { DiscordAPIError } from "@discordjs/rest"
import { Effect } from "effect"
import {
  type APIApplication,
  type APIGuildMember,
  type APIRole,
  type APIUser,
  ApplicationFlags,
  RESTJSONErrorCodes as Code,
  Routes
} from "discord-api-types/v10"
import type { CheckUp } from "../../domain/chat/CheckUp.ts"
import { inviteLink, missingPermissions } from "../../domain/chat/Invite.ts"
import { failureOf, hasCode } from "./Errors.ts"
import * as Rest from "./Rest.ts"

interface Configured {
  readonly token: string
  readonly appId: string
  readonly guildId: string
  readonly apiUrl: string
}

const name = "discord"

const readsMessages = ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited

const account = ({ appId }: Configured, application: APIApplication): CheckUp => {
  if (application.id !== appId) {
    return {
      name,
      status: "fail",
      detail: `discord_app_id is ${appId}, but the token belongs to the application ${application.id}`,
      mend: "Correct one of the two in config.json."
    }
  }
  return (application.flags & readsMessages) === 0
    ? {
        name,
        status: "fail",
        detail: `${application.name} may not read messages`,
        mend: `Turn on Message Content Intent: https://discord.com/developers/applications/${appId}/bot`
      }
    : { name, status: "ok", detail: `Discord takes the token of ${application.name}` }
}

/** Permissions of the whole server; a channel may take some away. */
const granted = Effect.fnUntraced(function* (api: Rest.Api, guildId: string) {
  const self = yield* api.raw<APIUser>("get", Routes.user("@me"))
  const member = yield* api.raw<APIGuildMember>("get", Routes.guildMember(guildId, self.id))
  const roles = yield* api.raw<ReadonlyArray<APIRole>>("get", Routes.guildRoles(guildId))
  // Everybody has the role that is called like the server.
  const own = new Set([...member.roles, guildId])
  return roles.reduce((all, { id, permissions }) => (own.has(id) ? all | BigInt(permissions) : all), 0n)
})

const server = Effect.fnUntraced(function* (api: Rest.Api, { appId, guildId }: Configured) {
  const invite = `Invite it, also anew: ${inviteLink(appId, guildId)}`
  if (guildId === "") {
    const told: CheckUp = {
      name,
      status: "warn",
      detail: "No channels can be made: discord_guild_id is empty",
      mend: `Set it to the id of your server. ${invite}`
    }
    return told
  }
  const missing = missingPermissions(yield* granted(api, guildId))
  const found: CheckUp =
    missing.length === 0
      ? { name, status: "ok", detail: `The bot may do what it has to do in the server ${guildId}` }
      : { name, status: "warn", detail: `In the server ${guildId} the bot lacks: ${missing.join(", ")}`, mend: invite }
  return found
})

const trouble = ({ appId, guildId }: Configured, error: unknown): CheckUp => {
  if (error instanceof DiscordAPIError && error.status === 401) {
    return {
      name,
      status: "fail",
      detail: "Discord refuses the token",
      mend: `Copy the bot's token to discord_token in config.json: https://discord.com/developers/applications/${appId}/bot`
    }
  }
  if (hasCode(error, Code.UnknownGuild, Code.MissingAccess, Code.UnknownMember)) {
    return {
      name,
      status: "fail",
      detail: `The bot is not in the server ${guildId}`,
      mend: `Invite it: ${inviteLink(appId, guildId)}`
    }
  }
  return {
    name,
    status: "fail",
    detail: failureOf("look at its account", "nothing")(error).detail,
    mend: "Look at the network and discord_api_url, and try again."
  }
}

export const checkDiscord = (configured: Configured): Effect.Effect<ReadonlyArray<CheckUp>> =>
  Effect.gen(function* () {
    const api = yield* Rest.make(configured)
    const first = account(configured, yield* api.raw<APIApplication>("get", Routes.currentApplication()))
    return [
      first,
      yield* Effect.catch(server(api, configured), ({ error }) => Effect.succeed(trouble(configured, error)))
    ]
  }).pipe(
    Effect.catch(({ error }) => Effect.succeed([trouble(configured, error)])),
    Effect.scoped
  )
