/** The page before the whole program: the real server and engine, the real CLI in its box, a scripted model. */
import { createServer } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Browser, open } from "../support/Browser.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"
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

layer(world, { excludeTestServices: true })("The page of a fresh installation", (it) => {
  it.effect("takes the first message, streams, stops, and loses nothing when the server is killed in mid-answer", () =>
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
    })
  )

  it.effect("makes a task that is fired in a moment, tells what became of it, and stops a run that it follows", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* Talk.makeChannel()
      const { page, failures } = yield* open(`${program.url()}/login?token=${program.token()}`)
      yield* wait(async () => {
        await page.goto(`${program.url()}/tasks`)
        await page.getByRole("button", { name: "New task" }).click()
        const form = page.getByRole("dialog")
        await form.getByLabel("What the agent is to do").fill("tool: bash echo the plants are wet")
        await form.getByLabel("Channel", { exact: true }).selectOption(channel.id)
        await form.getByLabel("Once").check()
        await form.getByLabel("Schedule").fill(new Date(Date.now() + 6000).toISOString())
        await form.locator(".task-instants li").waitFor()
        await form.getByRole("button", { name: "Make the task" }).click()
        await page.getByRole("row", { name: / ran / }).waitFor()
        await page.getByRole("link", { name: "Run", exact: true }).click()
        await page.locator(".said-by.bot", { hasText: "The tool said: the plants are wet" }).waitFor()
        await page.locator(".bar-of-tool[data-state=succeeded]").waitFor()
        await page.getByText("As a table").click()
        await page.getByRole("row", { name: /Bash echo the plants are wet done/ }).waitFor()
      })

      yield* program.api.hold("middle", "say: stop me from afar")
      yield* channel.post("say: stop me from afar")
      yield* wait(async () => {
        await page.goto(`${program.url()}/runs`)
        await page.locator(".now-run").getByRole("link", { name: "Follow" }).click()
        await page.locator(".said-by.person", { hasText: "stop me from afar" }).waitFor()
        await page.getByRole("button", { name: "Stop this run" }).click()
        await page.getByRole("button", { name: "Try again" }).waitFor()
      })
      assert.deepStrictEqual(
        (yield* channel.runs).map(({ status }) => status),
        ["completed", "stopped"]
      )
      // A schedule that is half written is refused, which is shown under its field; browsers log each refusal.
      assert.deepStrictEqual(
        failures.filter((failure) => !failure.includes("status of 400")),
        []
      )
    })
  )
})
