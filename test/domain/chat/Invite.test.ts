/** What the bot has to be allowed, and the link that asks for it. */
import { assert, describe, it } from "@effect/vitest"
import { inviteLink, missingPermissions, neededPermissions } from "../../../src/domain/chat/Invite.ts"

describe("The invitation", () => {
  it("asks for what is needed and no more", () => {
    assert.strictEqual(neededPermissions, 395_137_109_072n)
    assert.strictEqual(
      inviteLink("42"),
      "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=395137109072"
    )
    assert.match(inviteLink("42", "7"), /&guild_id=7$/)
  })

  it("that asks for no files, embeds and reactions lacks these three", () => {
    assert.deepStrictEqual(missingPermissions(395_137_059_856n), ["Add Reactions", "Embed Links", "Attach Files"])
    assert.deepStrictEqual(missingPermissions(neededPermissions), [])
    assert.deepStrictEqual(missingPermissions(8n), [])
    assert.lengthOf(missingPermissions(0n), 11)
  })
})
