/** The page before the whole program: the real server and engine, the real CLI in its box, a scripted model. */
import { readFileSync } from "node:fs"
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
        await form.getByLabel("Time zone").fill("UTC")
        await form.getByLabel("Day and time").fill(new Date(Date.now() + 6000).toISOString().slice(0, 19))
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

  it.effect(
    "takes files and gives them, forks a thread, and is the same on a phone beside it, which edits, stops and decides",
    () =>
      Effect.gen(function* () {
        const program = yield* Program.Program
        const channel = yield* Talk.makeChannel()
        const login = `${program.url()}/login?token=${program.token()}`
        const desk = yield* open(login)
        const phone = yield* open(login, { width: 390, height: 780 })
        const both = [desk.page, phone.page]
        yield* wait(() =>
          Promise.all(
            both.map(async (page) => {
              await page.goto(`${program.url()}/c/${encodeURIComponent(channel.id)}`)
              await page.locator("#timeline:not([aria-busy])").waitFor()
            })
          )
        )
        const see = (selector: string, hasText: string) =>
          wait(() => Promise.all(both.map((page) => page.locator(selector, { hasText }).first().waitFor())))
        const type = (text: string) =>
          wait(async () => {
            await desk.page.getByLabel("Message", { exact: true }).fill(text)
            await desk.page.keyboard.press("Enter")
          })

        yield* wait(async () => {
          const [chooser] = await Promise.all([
            desk.page.waitForEvent("filechooser"),
            desk.page.getByRole("button", { name: "Attach files" }).click()
          ])
          await chooser.setFiles({
            name: "notes.txt",
            mimeType: "text/plain",
            buffer: Buffer.from("the word is heron")
          })
          await desk.page.locator("#attached", { hasText: "notes.txt" }).waitFor()
        })
        yield* type('tool: bash cat .loop/inbox/*/notes.txt | tee copy.txt\nmcp: send_file {"path":"copy.txt"}')
        yield* see("article.person .files", "notes.txt")
        yield* see("article.bot .files a", "copy.txt")
        const given = yield* wait(async () => {
          const link = phone.page.locator("article.bot .files a", { hasText: "copy.txt" }).last()
          const [begun] = await Promise.all([phone.page.waitForEvent("download"), link.click()])
          return readFileSync(await begun.path(), "utf8")
        })
        assert.strictEqual(given, "the word is heron")
        yield* see("article.bot:not(.live) .body", "The tool said:")

        yield* program.api.hold("middle", "say: held until it is stopped")
        yield* type("say: held until it is stopped")
        yield* see("article.live", "held")
        yield* type("say: as it was written first")
        yield* see("#queue li", "as it was written first")
        yield* wait(async () => {
          await phone.page.locator("#queue").getByRole("button", { name: "Edit" }).click()
          await phone.page.getByRole("textbox", { name: "Waiting message" }).fill("say: as the phone wants it")
          await phone.page.getByRole("button", { name: "Save" }).click()
        })
        yield* see("#queue li", "as the phone wants it")
        yield* wait(() => phone.page.getByRole("button", { name: "Stop" }).click())
        yield* see("article.person[data-state=stopped]", "held until it is stopped")
        yield* see("article.bot:not(.live) .body", "as the phone wants it")

        yield* wait(async () => {
          const answer = desk.page.locator("article.bot", { hasText: "The tool said:" }).first()
          await answer.hover()
          await answer.getByRole("button", { name: "Open a thread from here" }).click()
          await desk.page.getByLabel("Name").fill("aside")
          await desk.page.getByLabel("First message").fill("say: in the thread")
          await desk.page.getByRole("button", { name: "Open the thread" }).click()
          await desk.page.locator("article.bot:not(.live) .body", { hasText: "in the thread" }).waitFor()
        })
        const asked = program.api.requests.findLast(({ prompt }) => prompt.includes("say: in the thread"))
        const remembered = JSON.stringify(asked?.body?.messages)
        assert.include(remembered, "the word is heron")
        assert.notInclude(remembered, "as the phone wants it")
        yield* wait(() => desk.page.locator(".bar-parent").click())

        yield* wait(() => desk.page.getByLabel("What the agent may do").selectOption("ask"))
        yield* type("tool: bash mkdir allowed && echo it was made")
        yield* see(".ask[data-status=pending]", "mkdir allowed")
        yield* wait(() => phone.page.getByRole("button", { name: "Allow", exact: true }).click())
        yield* see(".ask[data-status=allowed]", "Allowed")
        yield* see("article.bot:not(.live) .body", "The tool said: it was made")
        yield* type("ask: Which colour? | Red | Blue")
        yield* see(".ask[data-status=pending]", "Which colour?")
        yield* wait(async () => {
          await phone.page.getByLabel("Blue").check()
          await phone.page.getByRole("button", { name: "Answer", exact: true }).click()
        })
        yield* see(".ask[data-status=allowed]", "Answered")
        yield* see("article.bot:not(.live) .body", "Blue")
        const words = wait(() => Promise.all(both.map((page) => page.locator("article .body").allInnerTexts())))
        const [there, here] = yield* words
        assert.deepStrictEqual(there, here)
        const [wide, width] = yield* wait(() =>
          phone.page.evaluate("[document.documentElement.scrollWidth, innerWidth]").then((all) => all as Array<number>)
        )
        assert.strictEqual(wide, width)
        assert.deepStrictEqual([...desk.failures, ...phone.failures], [])
      })
  )
})
