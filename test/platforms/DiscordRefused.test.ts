/** A Discord that refuses us is no reason for anybody else to wait. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import { Messages } from "../../src/services/Messages.ts"
import { configOn, eventually, supervisorOn } from "../support/DiscordHouse.ts"
import * as DiscordServer from "../support/discord/DiscordServer.ts"
import { post, room } from "../support/House.ts"
import { layer as outsideLayer } from "../support/Outside.ts"

it.live("Where Discord refuses the token, its health says what to do, and the local platform answers", () =>
  Effect.gen(function* () {
    const server = yield* DiscordServer.make()
    yield* Effect.gen(function* () {
      const discord = (yield* ChatPlatforms).get("discord")
      const health = yield* eventually(
        Effect.map(discord?.health ?? Effect.undefined, (now) => now?.state === "down" && now)
      )
      assert.match(health.reason ?? "", /^Discord refuses the token: .*discord_token.*start Loop again\.$/)
      const { channel_id } = yield* room("room")
      yield* post({ channel_id }, "hello")
      yield* eventually(
        Effect.map(
          Messages.use((messages) => messages.list(channel_id, { limit: 10 })),
          (all) => all.some(({ content }) => content === "Answer to: hello")
        )
      )
    }).pipe(
      Effect.provide(supervisorOn({ ...server, token: "not.the.token" })),
      Effect.provide(outsideLayer(configOn(server)))
    )
  })
)
