import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { firstQueued, openRoom, wait } from "../support/Room.ts"

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
      yield* run.write("Here:\n\n```sh\nls -la now")
      yield* wait(() => page.locator("article.live pre", { hasText: "ls" }).waitFor())
      yield* run.say("Here:\n\n```sh\nls\n```\n\nIt is **README.md**.")
      yield* run.end("completed")
      yield* wait(() => page.locator("article.bot:not(.live) strong", { hasText: "README.md" }).waitFor())
      yield* wait(() => page.locator("#working").waitFor({ state: "hidden" }))
      assert.strictEqual(yield* wait(() => page.locator("article.live").count()), 0)
      assert.deepStrictEqual(failures, [])
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
        await room.page.getByRole("button", { name: "New channel" }).click()
        await room.page.getByRole("dialog").getByLabel("Name").fill("fresh one")
        await room.page.keyboard.press("Enter")
        await room.page.locator("#title", { hasText: "fresh one" }).waitFor()
      })
      const say = { channel_id: there, run_id: null, key: "k", content: "news" }
      yield* Messages.use((messages) => messages.say(say))
      yield* room.sees(".row[data-unread]", "there")
      yield* wait(() => room.page.locator(".row", { hasText: "there" }).click())
      yield* room.sees("article.bot", "news")
      assert.strictEqual(yield* wait(() => room.page.locator(".row[data-unread]").count()), 0)
    })
  )

  it.effect("knows on another device what was read on the first, at once and when it comes anew", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("desk")
      const there = ChannelId.make("local:told")
      yield* Channels.use((channels) => channels.upsert({ channel_id: there, platform: "local", name: "told" }))
      const { loginLink } = yield* Server
      const other = yield* open(yield* loginLink)
      yield* wait(() => other.page.goto(room.page.url()))
      yield* wait(() => other.page.locator("#title", { hasText: "desk" }).waitFor())
      yield* Messages.use((all) => all.say({ channel_id: there, run_id: null, key: "t", content: "for both" }))
      const unread = ".row[data-unread]"
      yield* wait(() =>
        Promise.all([room.page, other.page].map((page) => page.locator(unread, { hasText: "told" }).waitFor()))
      )
      const asked: Array<string> = []
      room.page.on("request", (request) => void (request.url().endsWith("/api/seen") && asked.push(request.method())))
      yield* wait(() => other.page.locator(".row", { hasText: "told" }).click())
      yield* room.gone(unread)
      // It was told, and had nothing to ask.
      assert.deepStrictEqual(asked, [])
      const third = yield* open(yield* loginLink)
      const seen = (answer: { readonly url: () => string }) => answer.url().endsWith("/api/seen")
      yield* wait(() => Promise.all([third.page.waitForResponse(seen), third.page.goto(room.page.url())]))
      yield* wait(() => third.page.locator(".row", { hasText: "told" }).waitFor())
      assert.strictEqual(yield* wait(() => third.page.locator(unread).count()), 0)
      assert.deepStrictEqual([...room.failures, ...other.failures, ...third.failures], [])
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
      yield* wait(() => room.page.getByRole("button", { name: "Channels and pages" }).click())
      yield* room.sees(".row[aria-current]", "phone")
      yield* wait(() => room.page.keyboard.press("Escape"))
      yield* room.gone("#side")
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
