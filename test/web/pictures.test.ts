/** Pictures of other hosts in what an agent says: nothing is fetched but what a person clicks on. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Pictures, PictureError } from "../../src/services/Pictures.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { openRoom, wait } from "../support/Room.ts"

// A PNG of one pixel.
const bytes = new Uint8Array(
  Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "base64"
  )
)
const asked: Array<string> = []
/** The internet is not there for tests; what fetches from it has its own (test/layers/egress/RemotePictures). */
const pictures = Layer.succeed(
  Pictures,
  Pictures.of({
    fetch: (url) => {
      asked.push(url)
      return new URL(url).hostname === "10.0.0.7"
        ? Effect.fail(new PictureError({ reason: "inner", detail: "it leads inside" }))
        : Effect.succeed({ mime: "image/png", bytes })
    }
  })
)

layer(Layer.merge(ApiLayer.layer({ pictures }), Browser.layer), { excludeTestServices: true })("a picture", (it) => {
  it.effect("of another host is loaded by a click alone, by the server, and refused where it leads inside", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("pictures")
      const { page } = room
      const others = new Set<string>()
      page.on("request", (request) => others.add(new URL(request.url()).origin))
      const run = yield* begin("run-pictures", room.id)
      yield* run.say(
        [
          "![The chart](https://charts.example.org/q3.png?d=1)",
          "![inside](http://10.0.0.7/cart.png)",
          '<img src="https://charts.example.org/tag.png" onerror="this.click()">',
          '<button autofocus onfocus="this.click()">x</button>',
          "![by itself](/api/pictures) ![data](data:image/svg+xml,<svg onload=alert(1)>)"
        ].join("\n\n")
      )
      const chart = page.getByRole("button", { name: "The chart · load from charts.example.org" })
      yield* wait(() => chart.waitFor())
      assert.deepStrictEqual(asked, [])
      assert.strictEqual(yield* wait(() => page.locator("article.bot img").count()), 0)
      yield* wait(() => chart.click())
      const shown = "document.querySelector('article.bot img')"
      yield* wait(() => page.locator("article.bot img").waitFor())
      assert.strictEqual(yield* wait(() => page.evaluate(`${shown}.decode().then(() => ${shown}.naturalWidth)`)), 1)
      yield* wait(() => page.getByRole("button", { name: /inside · load from 10.0.0.7/ }).click())
      yield* room.sees("article.bot [role=alert]", "private or local address")
      assert.deepStrictEqual(asked, ["https://charts.example.org/q3.png?d=1", "http://10.0.0.7/cart.png"])
      assert.deepStrictEqual(
        [...others].filter((origin) => origin !== new URL(page.url()).origin && !origin.startsWith("null")),
        []
      )
      assert.deepStrictEqual(
        room.failures.filter((failure) => !/status of 422/.test(failure)),
        []
      )
    })
  )
})
