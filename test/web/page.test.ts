import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Server } from "../../src/http/Server.ts"
import { ApprovalId, ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import type { AgentRequest } from "../../src/domain/AgentEvent.ts"
import type { Run } from "../../src/domain/Run.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"

const wait = <A>(act: () => Promise<A>) => Effect.promise(act)

/** A channel, shown in a browser of its own. */
const openRoom = Effect.fnUntraced(function* (name: string, size: { width?: number; height?: number } = {}) {
  const api = yield* ApiLayer.Api
  const { loginLink, url } = yield* Server
  const id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id: id, platform: "local", name }))
  const opened = yield* open(yield* loginLink, size)
  yield* wait(() => opened.page.goto(`${url}/#${encodeURIComponent(id)}`))
  yield* wait(() => opened.page.locator("#title", { hasText: name }).waitFor())
  const { page } = opened
  return {
    ...opened,
    id,
    post: (content: string) => api.call("POST", `/api/channels/${id}/messages`, { content }),
    /** A message of somebody else, seen to wait. */
    later: (content: string) =>
      Effect.andThen(
        api.call("POST", `/api/channels/${id}/messages`, { content }),
        wait(() => page.locator("#queue li", { hasText: content }).waitFor())
      ),
    type: (text: string) =>
      wait(async () => {
        await page.getByLabel("Message", { exact: true }).fill(text)
        await page.keyboard.press("Enter")
      }),
    sees: (selector: string, hasText?: string) =>
      wait(() =>
        page
          .locator(selector, hasText === undefined ? {} : { hasText })
          .first()
          .waitFor()
      ),
    gone: (selector: string) => wait(() => page.locator(selector).first().waitFor({ state: "hidden" }))
  }
})

const firstQueued = (id: ChannelId) =>
  Effect.map(
    Messages.use((messages) => messages.queued(id)),
    (queued) => queued.map(({ message_id }) => message_id).slice(0, 1)
  )

const ask = (run: Run, id: string, request: AgentRequest) =>
  Requests.use((requests) =>
    requests.ask({
      approval_id: ApprovalId.make(id),
      channel_id: run.channel_id,
      run_id: run.run_id,
      process_id: ProcessId.make("0123abcd"),
      request_id: id,
      request,
      created_at: run.started_at,
      expires_at: run.started_at + 900_000
    })
  )

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page", (it) => {
  it.effect("lets a newcomer type a message and watch the answer being written", () =>
    Effect.gen(function* () {
      const { loginLink } = yield* Server
      const { page, failures } = yield* open(yield* loginLink)
      yield* wait(() => page.getByText("Give the agent something to do").waitFor())
      yield* wait(async () => {
        await page.getByLabel("Message", { exact: true }).fill("What is in here?")
        await page.keyboard.press("Enter")
        await page.locator("article.person", { hasText: "What is in here?" }).waitFor()
      })
      const [channel] = yield* Channels.use((channels) => channels.search("general"))
      assert.isDefined(channel)
      const run = yield* begin("run-first", channel.channel_id, yield* firstQueued(channel.channel_id))
      const tool = { tool_use_id: "t1", name: "Bash" }
      yield* run.tell("run.tool", { ...tool, state: "started", input_summary: '{"command":"ls -la"}' })
      yield* wait(() => page.locator(".tool summary code", { hasText: "ls -la" }).waitFor())
      yield* run.tell("run.tool", { ...tool, state: "succeeded", output_summary: "README.md" })
      yield* run.tell("run.retry", { text: "The model API is overloaded; it is asked again." })
      yield* wait(() => page.locator(".retry", { hasText: "overloaded" }).waitFor())
      yield* run.write("Here:\n\n```sh\nls")
      yield* wait(() => page.locator("article.live pre", { hasText: "ls" }).waitFor())
      yield* run.say("Here:\n\n```sh\nls\n```\n\nIt is **README.md**.")
      yield* run.end("completed")
      yield* wait(() => page.locator("article.bot:not(.live) strong", { hasText: "README.md" }).waitFor())
      yield* wait(() => page.locator("#working").waitFor({ state: "hidden" }))
      assert.strictEqual(yield* wait(() => page.locator("article.live").count()), 0)
      assert.deepStrictEqual(failures, [])
    })
  )

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
      yield* room.sees("article.bot + article.person", "better")
      const waiting = room.page.locator("#queue .content")
      assert.deepStrictEqual(yield* wait(() => waiting.allInnerTexts()), ["fourth"])
    })
  )

  it.effect("asks for decisions and takes them once", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("decide")
      const { run } = yield* begin("run-decide", room.id)
      yield* ask(run, "may-1", { _tag: "Permission", toolUseId: "t", tool: "Bash", input: { command: "rm -r build" } })
      yield* room.sees(".card pre", "rm -r build")
      yield* room.sees("#doing", "Waiting for you")
      yield* wait(() => room.page.getByRole("button", { name: "Allow", exact: true }).click())
      yield* room.sees(".card[data-status=allowed]")
      const questions = ["Which colour?", "Which size?"].map((question) => {
        return { question, options: ["one", "two"], multiple: false }
      })
      yield* ask(run, "may-2", { _tag: "Question", toolUseId: "t2", questions, input: {} })
      yield* wait(async () => {
        const [colour, size] = [room.page.locator("fieldset").nth(0), room.page.locator("fieldset").nth(1)]
        await colour.getByText("two").click()
        await size.getByPlaceholder("Something else").fill("huge")
        await room.page.getByRole("button", { name: "Answer", exact: true }).click()
      })
      yield* room.sees(".card[data-status=allowed]", "Answered")
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
      yield* ask(run.run, "may-3", { _tag: "Plan", toolUseId: "p", plan: "1. Look", input: {} })
      yield* run.write("half a sent")
      yield* room.sees("article.live")
      yield* wait(() => room.page.reload())
      yield* room.sees("article.bot", "first words")
      yield* room.sees(".tool", "Read")
      yield* room.sees(".card[data-status=pending] li", "Look")
      yield* room.sees("article.live", "half a sent")
      const order = yield* wait(() =>
        room.page.locator("#timeline > *").evaluateAll((all) => all.map((node) => node.className))
      )
      assert.deepStrictEqual(order, ["work", "bot", "work", "card", "bot live"])
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
      yield* wait(() => room.page.locator("nav a", { hasText: "elsewhere" }).click())
      yield* room.sees("article.live", "one two three")
    })
  )

  it.effect("never takes an agent's words for anything but text", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("hostile")
      const run = yield* begin("run-hostile", room.id)
      const hostile =
        '<img src=x onerror="document.title=1"><script>document.title=2</script>\n\n[click](javascript:alert(1)) ' +
        "[fine](https://example.org/a?b=1&c)\n\n```html\n<b>bold</b>\n```"
      yield* run.say(hostile)
      yield* run.end("completed")
      yield* room.sees("article.bot .body", "<img src=x")
      const body = room.page.locator("article.bot .body")
      assert.strictEqual(yield* wait(() => body.locator("img, script, b").count()), 0)
      const links = yield* wait(() => body.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href"))))
      assert.deepStrictEqual(links, ["https://example.org/a?b=1&c"])
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("says what is wrong with a message and keeps its text", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("wrong")
      const long = "x".repeat(500_001)
      yield* room.type(long)
      yield* room.sees("#problem", "attach it as a file")
      const kept = yield* wait(() => room.page.getByLabel("Message", { exact: true }).inputValue())
      assert.strictEqual(kept.length, long.length)
    })
  )

  it.effect("lists channels, makes new ones and tells where something was said", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("here")
      const there = ChannelId.make("local:there")
      yield* Channels.use((channels) => channels.upsert({ channel_id: there, platform: "local", name: "there" }))
      yield* wait(async () => {
        await room.page.getByPlaceholder("New channel").fill("fresh one")
        await room.page.getByRole("button", { name: "Add" }).click()
        await room.page.locator("#title", { hasText: "fresh one" }).waitFor()
      })
      const say = { channel_id: there, run_id: null, key: "k", content: "news" }
      yield* Messages.use((messages) => messages.say(say))
      yield* room.sees("nav a[data-unread]", "there")
      yield* wait(() => room.page.locator("nav a", { hasText: "there" }).click())
      yield* room.sees("article.bot", "news")
      assert.strictEqual(yield* wait(() => room.page.locator("nav a[data-unread]").count()), 0)
    })
  )

  it.effect("fits on a phone", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("phone", { width: 360, height: 640 })
      const run = yield* begin("run-phone", room.id)
      yield* run.say(`${"long ".repeat(80)}\n\n\`\`\`\n${"wide".repeat(100)}\n\`\`\``)
      yield* room.sees("article.bot")
      const [wide, width] = yield* wait(() =>
        room.page.evaluate("[document.documentElement.scrollWidth, innerWidth]").then((all) => all as Array<number>)
      )
      assert.strictEqual(wide, width)
      yield* wait(() => room.page.getByTitle("Channels", { exact: true }).click())
      yield* room.sees("nav a[aria-current]", "phone")
      yield* wait(() => room.page.keyboard.press("Escape"))
      yield* room.gone("aside")
      assert.strictEqual((yield* Runs.use((runs) => runs.get(run.run.run_id))).status, "running")
    })
  )

  it.effect("tells whoever is not logged in what to do", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      const { page } = yield* open(url)
      yield* wait(() => page.getByText("Open the login link that the server printed").waitFor())
      yield* wait(() => page.goto(`${url}/login?token=wrong`))
      yield* wait(() => page.getByText("This login link is not valid").waitFor())
    })
  )
})
