/** The page before the whole program: the real server and engine, the real CLI in its box, a scripted model. */
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Browser, open } from "../support/Browser.ts"
import * as Program from "../support/Program.ts"
import { wait } from "../support/Room.ts"

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})

/** At an address that stays, so that the page finds the next server. */
const world = Layer.unwrap(
  Effect.map(freePort, (port) => Layer.merge(Program.layer({ api_addr: `127.0.0.1:${port}` }), Browser.layer))
)

describe("The page of a fresh installation", () => {
  it.live("takes the first message, streams, stops, and loses nothing when the server is killed in mid-answer", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const { page, failures } = yield* open(`${program.url()}/login?token=${program.token()}`)
      const type = (text: string) =>
        wait(async () => {
          await page.getByLabel("Message", { exact: true }).fill(text)
          await page.keyboard.press("Enter")
        })
      const sees = (selector: string, hasText: string) =>
        wait(() => page.locator(selector, { hasText }).first().waitFor())
      const answers = page.locator("article.bot:not(.live) .body")

      yield* wait(() => page.getByText("Give the agent something to do").waitFor())
      yield* type("tool: bash echo out of the box")
      yield* sees("article.bot:not(.live)", "The tool said: out of the box")
      yield* sees(".facts", "tokens")
      yield* wait(() => page.getByRole("button", { name: "1 tool used" }).click())
      yield* wait(() => page.locator(".tool summary", { hasText: "echo out of the box" }).click())
      yield* sees(".tool-detail .output", "out of the box")

      const gate = yield* program.api.hold("middle", "say: never mind the server")
      yield* type("say: never mind the server")
      yield* sees("article.live", "never mind")
      yield* program.kill
      yield* wait(() => page.locator("#lost", { hasText: "The connection to Loop is lost" }).waitFor())
      yield* gate.release
      yield* program.start()
      yield* sees("article.bot:not(.live)", "never mind the server")
      yield* wait(() => page.locator("#working").waitFor({ state: "hidden" }))
      yield* wait(() => page.locator("#lost").waitFor({ state: "hidden" }))
      const expected = ["The tool said: out of the box", "never mind the server"]
      assert.deepStrictEqual(yield* wait(() => answers.allInnerTexts()), expected)

      yield* program.api.hold("middle", "say: please stop me now")
      yield* type("say: please stop me now")
      yield* sees("article.live", "please stop")
      yield* wait(() => page.keyboard.press("Escape"))
      yield* wait(() => page.locator("#working").waitFor({ state: "hidden" }))
      yield* sees("article.person[data-state=stopped]", "please stop me now")
      yield* wait(() => page.reload())
      yield* sees("article.person[data-state=stopped]", "please stop me now")
      assert.deepStrictEqual((yield* wait(() => answers.allInnerTexts())).slice(0, 2), expected)
      const wrong = failures.filter(
        (failure) => !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|network error/i.test(failure)
      )
      assert.deepStrictEqual(wrong, [])
    }).pipe(Effect.provide(world))
  )
})
