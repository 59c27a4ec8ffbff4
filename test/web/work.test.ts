import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ApprovalId, ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, firstQueued, openRoom, wait } from "../support/Room.ts"

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })(
  "the page, while the agent works,",
  (it) => {
    it.effect("stops the run with Escape", () =>
      Effect.gen(function* () {
        const room = yield* openRoom("stop")
        const run = yield* begin("run-stop", room.id)
        yield* room.sees("#stop")
        const answered = room.page.waitForResponse((response) => response.url().endsWith("/stop"))
        yield* wait(() => room.page.keyboard.press("Escape"))
        yield* wait(() => answered)
        assert.strictEqual((yield* Runs.use((runs) => runs.get(run.run.run_id))).status, "stopped")
        yield* run.say("Stopped.")
        yield* run.end("stopped")
        yield* room.sees("article.bot", "Stopped.")
        yield* room.gone("#working")
      })
    )

    it.effect("shows once what happens while the channel is being opened", () =>
      Effect.gen(function* () {
        const api = yield* ApiLayer.Api
        const room = yield* openRoom("opened")
        const other = ChannelId.make("local:beside")
        yield* Channels.use((channels) => channels.upsert({ channel_id: other, platform: "local", name: "beside" }))
        const { tell } = yield* begin("run-opened", room.id)
        yield* room.sees("#working")
        yield* wait(async () => {
          // Told of live, and read with what was before: what is told of behind it has come.
          await room.page.route("**/api/runs/*/events", async (route) => {
            await Effect.runPromise(tell("run.thinking", { text: "Hm." }))
            await Effect.runPromise(api.call("POST", `/api/channels/${other}/messages`, { content: "here" }))
            await room.page.locator(".row[data-unread]").waitFor()
            await route.fulfill({ response: await route.fetch() })
          })
          await room.page.reload()
          await room.page.locator(".work .thought").first().waitFor()
        })
        assert.strictEqual(yield* wait(() => room.page.locator(".work .thought").count()), 1)
      })
    )

    it.effect("shows what waits, lets it be changed and dropped, and moves it up when its turn comes", () =>
      Effect.gen(function* () {
        const room = yield* openRoom("queue")
        const first = yield* begin("run-busy", room.id)
        yield* room.sees("#working")
        yield* room.type("second")
        yield* room.sees("#queue li", "second")
        yield* room.type("third")
        yield* room.sees("#queue li", "third")
        yield* wait(async () => {
          await room.page.keyboard.press("ArrowUp")
          const edited = room.page.locator("#queue textarea:focus")
          await edited.waitFor()
          assert.strictEqual(await edited.inputValue(), "third")
          await room.page.keyboard.press("Escape")
          await room.page.locator("#queue textarea").waitFor({ state: "detached" })
        })
        // That Escape was not for the agent.
        assert.strictEqual((yield* Runs.use((runs) => runs.get(first.run.run_id))).status, "running")
        yield* wait(async () => {
          // The event of the change comes before the answer to it.
          await room.page.route("**/queue/*", async (route) => {
            const response = await route.fetch()
            if (route.request().method() === "PATCH") await Effect.runPromise(room.later("fourth"))
            await route.fulfill({ response })
          })
          const entry = room.page.locator("#queue li", { hasText: "second" })
          await entry.getByRole("button", { name: "Edit" }).click()
          await room.page.locator("#queue textarea").fill("better")
          await room.page.getByRole("button", { name: "Save" }).click()
          await room.page.locator("#queue li", { hasText: "better" }).waitFor()
          const last = room.page.locator("#queue li", { hasText: "third" })
          await last.getByRole("button", { name: "Drop" }).click()
          await last.waitFor({ state: "detached" })
          await room.page.locator("#queue li", { hasText: "better" }).waitFor()
        })
        yield* first.say("first is done")
        yield* first.end("completed")
        yield* begin("run-next", room.id, yield* firstQueued(room.id))
        yield* room.sees(".entry:has(article.bot) ~ .entry article.person", "better")
        const waiting = room.page.locator("#queue .content")
        assert.deepStrictEqual(yield* wait(() => waiting.allInnerTexts()), ["fourth"])
      })
    )

    it.effect("asks for decisions and takes them once", () =>
      Effect.gen(function* () {
        const room = yield* openRoom("decide")
        const { run } = yield* begin("run-decide", room.id)
        yield* askFor(run, "may-1", {
          _tag: "Permission",
          toolUseId: "t",
          tool: "Bash",
          input: { command: "rm -r build" }
        })
        yield* room.sees(".ask pre", "rm -r build")
        yield* room.sees("#doing", "Waiting for you")
        yield* wait(() => room.page.getByRole("button", { name: "Allow", exact: true }).click())
        yield* room.sees(".ask[data-status=allowed]")
        const questions = ["Which colour?", "Which size?"].map((question) => {
          return { question, options: ["one", "two"], multiple: false }
        })
        yield* askFor(run, "may-2", { _tag: "Question", toolUseId: "t2", questions, input: {} })
        yield* wait(async () => {
          const [colour, size] = [room.page.locator("fieldset").nth(0), room.page.locator("fieldset").nth(1)]
          await colour.getByText("two").click()
          await size.getByPlaceholder("Something else").fill("huge")
          await room.page.getByRole("button", { name: "Answer", exact: true }).click()
        })
        yield* room.sees(".ask[data-status=allowed]", "Answered")
        const stored = yield* Requests.use((requests) => requests.approval(ApprovalId.make("may-2")))
        assert.strictEqual(stored?.message, '{"Which colour?":"two","Which size?":"huge"}')
      })
    )

    it.effect("shows after a reload what was done, said and asked so far", () =>
      Effect.gen(function* () {
        const room = yield* openRoom("reload")
        const run = yield* begin("run-reload", room.id)
        yield* run.tell("run.tool", { tool_use_id: "t0", name: "Glob", state: "succeeded", input_summary: "{}" })
        yield* run.say("first words", "one")
        yield* run.tell("run.tool", { tool_use_id: "t", name: "Read", state: "started", input_summary: "{}" })
        yield* askFor(run.run, "may-3", { _tag: "Plan", toolUseId: "p", plan: "1. Look", input: {} })
        yield* run.write("half a sent")
        yield* room.sees("article.live")
        yield* wait(() => room.page.reload())
        yield* room.sees("article.bot", "first words")
        yield* room.sees(".tool", "Read")
        yield* room.sees(".ask[data-status=pending] li", "Look")
        yield* room.sees("article.live", "half a sent")
        const order = yield* wait(() =>
          room.page
            .locator(".entry > :is(.work, article, .ask)")
            .evaluateAll((all) => all.map((node) => node.className))
        )
        assert.deepStrictEqual(order, ["work", "bot", "work", "ask", "bot live"])
      })
    )

    it.effect("shows each answer under what it answers, also where messages waited for each other", () =>
      Effect.gen(function* () {
        const room = yield* openRoom("order")
        const texts = ["first", "second"]
        for (const text of texts) yield* room.post(text)
        for (const text of texts) {
          const run = yield* begin(`order-${text}`, room.id, yield* firstQueued(room.id))
          yield* run.say(`answer to ${text}`)
          yield* run.end("completed")
        }
        const bodies = room.page.locator("article .body")
        const expected = ["first", "answer to first", "second", "answer to second"]
        yield* room.sees("article.bot", "answer to second")
        assert.deepStrictEqual(yield* wait(() => bodies.allInnerTexts()), expected)
        yield* wait(() => room.page.reload())
        yield* room.sees("article.bot", "answer to second")
        assert.deepStrictEqual(yield* wait(() => bodies.allInnerTexts()), expected)
      })
    )

    it.effect("shows the whole text that is being written in a channel that is opened later", () =>
      Effect.gen(function* () {
        const room = yield* openRoom("writing")
        const other = ChannelId.make("local:elsewhere")
        yield* Channels.use((channels) => channels.upsert({ channel_id: other, platform: "local", name: "elsewhere" }))
        const run = yield* begin("run-writing", other)
        yield* run.write("one ")
        yield* run.write("two")
        const marker = yield* begin("run-here", room.id)
        yield* marker.write("seen")
        yield* room.sees("article.live", "seen")
        yield* wait(() => room.page.reload())
        yield* room.sees("article.live", "seen")
        yield* run.write(" three")
        yield* wait(() => room.page.locator(".row", { hasText: "elsewhere" }).click())
        yield* room.sees("article.live", "one two three")
      })
    )
  }
)
