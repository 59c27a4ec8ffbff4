import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SessionId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, firstQueued, openRoom, wait } from "../support/Room.ts"

const uuid = (n: number) => `0190a000-0000-7000-8000-00000000000${n}`

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page", (it) => {
  it.effect("shows the same in two windows: what is said, written and decided", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("two")
      const { url } = yield* Server
      const other = yield* wait(() => room.context.newPage())
      yield* wait(() => other.goto(`${url}/c/${encodeURIComponent(room.id)}`))
      const both = (selector: string, hasText: string) =>
        wait(() => Promise.all([room.page, other].map((page) => page.locator(selector, { hasText }).first().waitFor())))
      yield* room.type("from the first")
      yield* both("article.person", "from the first")
      const run = yield* begin("run-two", room.id, yield* firstQueued(room.id))
      yield* run.write("Half")
      yield* both("article.live", "Half")
      yield* askFor(run.run, "two-may", { _tag: "Permission", toolUseId: "t", tool: "Bash", input: { command: "ls" } })
      yield* both(".ask[data-status=pending]", "Bash")
      yield* wait(() => other.getByRole("button", { name: "Allow", exact: true }).click())
      yield* both(".ask[data-status=allowed]", "Allowed")
      yield* run.say("The whole.")
      yield* both("article.bot:not(.live)", "The whole.")
      assert.strictEqual(yield* wait(() => room.page.locator("article.live").count()), 0)
      yield* run.end("completed")
      const texts = (page: typeof other) => page.locator("article .body").allInnerTexts()
      const expected = ["from the first", "The whole."]
      assert.deepStrictEqual(yield* wait(() => Promise.all([texts(room.page), texts(other)])), [expected, expected])
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("follows what another window does to the channel: its name, its settings, its end", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("shared")
      const { url } = yield* Server
      const other = yield* wait(() => room.context.newPage())
      yield* wait(async () => {
        await other.goto(`${url}/c/${encodeURIComponent(room.id)}`)
        await room.page.getByLabel("Message", { exact: true }).fill("a thought that is not sent yet")
        await other.getByRole("button", { name: "Settings of this channel" }).click()
        await other.getByLabel("Name").fill("renamed")
        await other.getByRole("button", { name: "Save" }).click()
        await other.getByRole("dialog").waitFor({ state: "detached" })
        await room.page.locator("#title", { hasText: "renamed" }).waitFor()
        await room.page.locator(".row[aria-current]", { hasText: "renamed" }).waitFor()
        await other.getByLabel("What the agent may do").selectOption("plan")
        await room.page.locator("select:has(option[value=plan]:checked)").waitFor()
        await other.getByRole("button", { name: "Settings of this channel" }).click()
        await other.getByRole("button", { name: "Delete…" }).click()
        await other.getByRole("button", { name: "Delete the channel" }).click()
        await room.page.getByText("There is nothing at this address").waitFor()
        await room.page.locator(".row", { hasText: "renamed" }).waitFor({ state: "detached" })
      })
    })
  )

  it.effect("works in more windows than a browser opens connections", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("many")
      const { url } = yield* Server
      const pages = [room.page]
      for (let n = 0; n < 7; n++) {
        const page = yield* wait(() => room.context.newPage())
        yield* wait(() => page.goto(`${url}/c/${encodeURIComponent(room.id)}`))
        yield* wait(() => page.locator(".empty").waitFor())
        pages.push(page)
      }
      yield* room.type("to all of you")
      const texts = pages.map((page) => page.locator("article.person", { hasText: "to all of you" }))
      yield* wait(() => Promise.all(texts.map((text) => text.waitFor())))
      for (const page of pages.slice(1)) yield* wait(() => page.close())
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("opens a thread from any message, with the agent's memory up to there", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("forking")
      const said: Array<string> = []
      for (const n of [1, 2]) {
        yield* room.post(`question ${n}`)
        const run = yield* begin(`run-fork-${n}`, room.id, yield* firstQueued(room.id))
        yield* Runs.use((runs) => runs.patch(run.run.run_id, { session_id: SessionId.make("session-a") }))
        yield* run.say(`answer ${n}`, uuid(n))
        yield* run.end("completed")
        said.push(uuid(n))
      }
      const { page } = room
      yield* wait(async () => {
        const first = page.locator("article.bot", { hasText: "answer 1" })
        await first.hover()
        await first.getByRole("button", { name: "Open a thread from here" }).click()
        const dialog = page.getByRole("dialog")
        await dialog.getByLabel("Name").fill("another way")
        await dialog.getByLabel("First message").fill("try it differently")
        await dialog.getByRole("button", { name: "Open the thread" }).click()
        await page.locator("#title", { hasText: "another way" }).waitFor()
        await page.locator("article.person", { hasText: "try it differently" }).waitFor()
        await page.locator(".bar-parent", { hasText: "forking" }).waitFor()
      })
      const [thread] = yield* Channels.use((all) => all.threads(room.id))
      assert.deepStrictEqual(thread?.fork_from, {
        session_id: SessionId.make("session-a"),
        message_uuid: said[0] ?? ""
      })
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("completes and carries out commands, and shows their answers to whoever gave them", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("slash")
      const input = room.page.getByLabel("Message", { exact: true })
      yield* wait(async () => {
        await input.fill("/se")
        await room.page.getByRole("option", { name: "/set" }).waitFor()
        await room.page.keyboard.press("Enter")
        await input.pressSequentially("bu")
        await room.page.getByRole("option", { name: "busy" }).waitFor()
        const offered = await room.page.locator(".suggestions b").allInnerTexts()
        assert.deepStrictEqual(
          offered.filter((name) => !name.startsWith("bu")),
          []
        )
        await room.page.keyboard.press("Tab")
        await input.pressSequentially("steer")
        await room.page.keyboard.press("Enter")
        await room.page.locator(".answer-card", { hasText: "steer" }).waitFor()
      })
      const { settings } = yield* Channels.use((all) => all.get(room.id))
      assert.strictEqual(settings.busy, "steer")
      yield* wait(() =>
        room.page.locator('select[aria-label="While it is at work"]:has(option[value=steer]:checked)').waitFor()
      )
      yield* wait(() => room.page.getByLabel("What the agent may do").selectOption("ask"))
      yield* wait(() => room.page.getByLabel("Model").selectOption("opus"))
      yield* wait(async () => {
        await input.fill("/etc/hosts is a file")
        await room.page.keyboard.press("Enter")
        await room.page.locator("article.person", { hasText: "/etc/hosts" }).waitFor()
      })
      const now = yield* Channels.use((all) => all.get(room.id))
      assert.deepInclude(now.settings, { permission_mode: "ask", claude_model: "opus" })
    })
  )

  it.effect(
    "reads earlier messages as one scrolls up, each once and in order, and what was done when it is asked for",
    () =>
      Effect.gen(function* () {
        const room = yield* openRoom("long")
        const count = 200
        for (let n = 0; n < count; n++) {
          yield* Messages.use((all) =>
            all.say({ channel_id: room.id, run_id: null, key: `k${n}`, content: `number ${n}` })
          )
        }
        const run = yield* begin("run-long", room.id)
        const input = { file_path: "/work/a.ts", old_string: "one\ntwo", new_string: "one\nthree" }
        yield* run.tell("run.tool", { tool_use_id: "t", name: "Edit", state: "started", input_summary: "…", input })
        yield* run.tell("run.tool", {
          tool_use_id: "t",
          name: "",
          state: "succeeded",
          output: "done",
          duration_ms: 2100
        })
        yield* run.say("changed it")
        const usage = { input_tokens: 1000, output_tokens: 500, cache_read_tokens: 0, cache_write_tokens: 0 }
        yield* run.tell("run.ended", { status: "completed", cost_usd: 0.25, usage, duration_ms: 65_000 })
        yield* run.end("completed")
        const { page } = room
        yield* room.sees(".facts", "1 min 5 s · $0.25 · 1.5K tokens")
        yield* wait(() => page.reload())
        yield* room.sees("article.bot", "changed it")
        yield* wait(async () => {
          await page.getByRole("button", { name: "What the agent did" }).click()
          await page.locator(".tool summary", { hasText: "Edit" }).click()
          await page.locator(".diff-removed", { hasText: "-two" }).waitFor()
          await page.locator(".diff-added", { hasText: "+three" }).waitFor()
          await page.locator(".tool .took", { hasText: "2.1 s" }).waitFor()
          await page.locator("#timeline").hover()
        })
        yield* wait(async () => {
          while ((await page.getByText("number 0", { exact: true }).count()) === 0) await page.mouse.wheel(0, -2000)
        })
        const bodies = yield* wait(() => page.locator("article.bot .body").allTextContents())
        assert.deepStrictEqual(bodies, [...Array.from({ length: count }, (_, n) => `number ${n}`), "changed it"])
        assert.deepStrictEqual(room.failures, [])
      })
  )
})
