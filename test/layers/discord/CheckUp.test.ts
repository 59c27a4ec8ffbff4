/** What `loop doctor` finds of the account on Discord. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inviteLink, neededPermissions } from "../../../src/domain/chat/Invite.ts"
import { checkDiscord } from "../../../src/layers/discord/CheckUp.ts"
import * as DiscordServer from "../../support/discord/DiscordServer.ts"
import { Permission } from "../../support/discord/world/Permissions.ts"

const check = Effect.fnUntraced(function* (
  given: DiscordServer.Options,
  configured: Partial<Parameters<typeof checkDiscord>[0]> = {}
) {
  const server = yield* DiscordServer.make({ everyonePermissions: 0n, botPermissions: neededPermissions, ...given })
  const { api, applicationId, guild, token } = server
  const found = yield* checkDiscord({ token, appId: applicationId, guildId: guild.id, apiUrl: api, ...configured })
  return { server, found, states: found.map(({ status }) => status) }
})

describe("The doctor", () => {
  it.live("finds nothing wrong with a bot that may do what it has to", () =>
    Effect.gen(function* () {
      const { server, states } = yield* check({})
      assert.deepStrictEqual(states, ["ok", "ok"])
      assert.isTrue(server.requests.every(({ method }) => method === "GET"))
    })
  )

  it.live("names the permissions that are missing, and gives the link that grants them", () =>
    Effect.gen(function* () {
      const { found, server, states } = yield* check({
        botPermissions: neededPermissions & ~(Permission.attachFiles | Permission.manageThreads)
      })
      assert.deepStrictEqual(states, ["ok", "warn"])
      assert.include(found[1]?.detail, "lacks: Attach Files, Manage Threads")
      assert.include(found[1]?.mend, inviteLink(server.applicationId, server.guild.id))
    })
  )

  it.live("counts what everybody may do, and takes an administrator for one", () =>
    Effect.gen(function* () {
      const everybody = yield* check({ everyonePermissions: neededPermissions, botPermissions: 0n })
      assert.deepStrictEqual(everybody.states, ["ok", "ok"])
      const admin = yield* check({ botPermissions: Permission.administrator })
      assert.deepStrictEqual(admin.states, ["ok", "ok"])
    })
  )

  it.live("finds a refused token, without repeating it", () =>
    Effect.gen(function* () {
      const { found, states } = yield* check({}, { token: "wrong.token" })
      assert.deepStrictEqual(states, ["fail"])
      assert.include(found[0]?.detail, "refuses the token")
      assert.notInclude(JSON.stringify(found), "wrong.token")
    })
  )

  it.live(
    "finds another application, a switched off intent, a server without the bot, none at all, and no Discord",
    () =>
      Effect.gen(function* () {
        const other = yield* check({}, { appId: "123456789012345678" })
        assert.include(other.found[0]?.detail, "123456789012345678")
        const blind = yield* check({ messageContent: false })
        assert.include(blind.found[0]?.mend, "Message Content Intent")
        const stranger = yield* check({}, { guildId: "123456789012345678" })
        assert.deepStrictEqual(stranger.states, ["ok", "fail"])
        assert.include(stranger.found[1]?.mend, "Invite it")
        const nowhere = yield* check({}, { guildId: "" })
        assert.deepStrictEqual(nowhere.states, ["ok", "warn"])
        const offline = yield* check({}, { apiUrl: "http://127.0.0.1:9/api" })
        assert.deepStrictEqual(offline.states, ["fail"])
        assert.include(offline.found[0]?.detail, "ECONNREFUSED")
      })
  )
})
