import { readFileSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Messages } from "../../src/services/Messages.ts"
import { Outgoing } from "../../src/services/Outgoing.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { openRoom, wait } from "../support/Room.ts"

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page", (it) => {
  it.effect("gives out a file that the bot has sent, under its name", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("files")
      const { path } = yield* Outgoing.use((outgoing) => outgoing.keepFor(room.id, new TextEncoder().encode("a,b\n")))
      const attachments = [{ name: "my figures.csv", mime: "application/octet-stream", path }]
      const message = { channel_id: room.id, run_id: null, key: path, content: "The figures", attachments }
      yield* Messages.use((messages) => messages.say(message))
      // Whoever has just logged in sees the first channel, and its name is not in the address.
      yield* wait(() => room.page.goto(new URL("/", room.page.url()).href))
      const link = room.page.locator("article.bot .files a", { hasText: "my figures.csv" })
      yield* wait(() => link.waitFor())
      const download = yield* wait(async () => {
        const [begun] = await Promise.all([room.page.waitForEvent("download"), link.click()])
        return { name: begun.suggestedFilename(), at: await begun.path() }
      })
      assert.strictEqual(download.name, "my figures.csv")
      assert.strictEqual(readFileSync(download.at, "utf8"), "a,b\n")
      assert.deepStrictEqual(room.failures, [])
    })
  )
})
