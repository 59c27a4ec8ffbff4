/** How the page behaves under a person's hands and eyes: what is read stays, keys work, failures say what to do. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { play } from "../../scripts/screenshots/scene.ts"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { openRoom, wait } from "../support/Room.ts"

/** What every page reads; where each is refused, the page says so. */
const pages = [
  "/c/local%3Ashop",
  "/runs",
  "/runs/run-1",
  "/tasks",
  "/tasks/1",
  "/spend",
  ...["", "/people", "/tokens", "/projects", "/configuration", "/audit"].map((part) => `/setup${part}`)
]

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the page", (it) => {
  it.effect(
    "leaves what is read where it is while an answer grows below, and stays at the end for whoever is there",
    () =>
      Effect.gen(function* () {
        const room = yield* openRoom("growing")
        const { page } = room
        for (let n = 0; n < 40; n++) {
          const say = { channel_id: room.id, run_id: null, key: `g${n}`, content: `number ${n}\n\nand more` }
          yield* Messages.use((all) => all.say(say))
        }
        yield* room.sees("article.bot", "number 39")
        yield* wait(() =>
          page.evaluate(`(() => {
          document.querySelector("#timeline").scrollTop = 600
          window.shifts = []
          const within = ({ node }) => node !== null && document.querySelector("#timeline").contains(node)
          new PerformanceObserver((list) => {
            for (const { sources, value } of list.getEntries()) if (sources.some(within)) window.shifts.push(value)
          })
            .observe({ type: "layout-shift" })
        })()`)
        )
        const place = wait(() =>
          page.locator("article.bot", { hasText: "number 20" }).evaluate((node) => node.getBoundingClientRect().top)
        )
        const before = yield* place
        const run = yield* begin("run-growing", room.id)
        const grow = (name: string) =>
          Effect.gen(function* () {
            for (let n = 0; n < 12; n++) yield* run.write(`Line ${n} of ${name}.\n\n`)
            yield* wait(() =>
              page.locator("article.live", { hasText: `Line 11 of ${name}` }).waitFor({ state: "attached" })
            )
          })
        yield* grow("the first")
        yield* run.tell("run.tool", {
          tool_use_id: "t",
          name: "Bash",
          state: "started",
          input_summary: '{"command":"ls"}'
        })
        yield* run.say("The first is whole.", "one")
        yield* wait(() =>
          page.locator("article.bot", { hasText: "The first is whole." }).waitFor({ state: "attached" })
        )
        assert.strictEqual(yield* place, before)
        assert.deepStrictEqual(yield* wait(() => page.evaluate("window.shifts")), [])
        yield* wait(() => page.getByRole("button", { name: "Newest messages" }).click())
        yield* grow("the second")
        const left = yield* wait(() =>
          page.locator("#timeline").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)
        )
        assert.isBelow(left, 2)
        yield* run.end("completed")
      })
  )

  it.effect("tells times in the zone of whoever looks, and sets each text in its own direction", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("zoned", { zone: "Asia/Kathmandu" })
      yield* Messages.use((all) => all.say({ channel_id: room.id, run_id: null, key: "z", content: "now\n\nשלום" }))
      yield* room.sees("article.bot", "now")
      const space = yield* wait(() =>
        room.page.evaluate(`[...document.querySelectorAll("article.bot .body p")].map((line) => {
          const text = document.createRange()
          text.selectNodeContents(line)
          const [inner, outer] = [text.getBoundingClientRect(), line.getBoundingClientRect()]
          return inner.left - outer.left < 2 ? "left" : outer.right - inner.right < 2 ? "right" : "neither"
        })`)
      )
      assert.deepStrictEqual(space, ["left", "right"])
      const time = room.page.locator("article.bot .by time")
      const [at, shown, whole] = yield* wait(() =>
        Promise.all([time.getAttribute("datetime"), time.innerText(), time.getAttribute("title")])
      )
      const there = new Intl.DateTimeFormat("en-US", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Kathmandu" })
      assert.strictEqual(shown, there.format(new Date(at ?? "")))
      assert.include(whole, "GMT+5:45")
    })
  )

  it.effect("is used by keyboard: search, dialogs and channels, and the focus comes back to where it was", () =>
    Effect.gen(function* () {
      const other = ChannelId.make("local:keys-two")
      yield* Channels.use((all) => all.upsert({ channel_id: other, platform: "local", name: "keys two" }))
      const room = yield* openRoom("keys")
      const { page } = room
      const run = yield* begin("run-keys", room.id)
      yield* room.sees("#working")
      const focused = wait(() =>
        page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id")
      )
      const press = (...keys: ReadonlyArray<string>) =>
        wait(async () => {
          for (const key of keys) await page.keyboard.press(key)
        })
      const title = (name: string) => wait(() => page.locator("#title", { hasText: new RegExp(`^${name}$`) }).waitFor())
      assert.strictEqual(yield* focused, "text")

      yield* press("Control+k")
      yield* wait(() => page.locator("dialog input:focus").waitFor())
      yield* press("Escape")
      yield* room.gone("dialog")
      assert.strictEqual(yield* focused, "text")

      yield* wait(() => page.getByRole("button", { name: "Settings of this channel" }).focus())
      yield* press("Enter")
      yield* wait(() => page.locator("dialog input:focus").waitFor())
      for (let n = 0; n < 14; n++) {
        yield* press("Tab")
        const out =
          "!['BODY', 'HTML'].includes(document.activeElement.tagName) && document.activeElement.closest('dialog') === null"
        assert.isFalse(yield* wait(() => page.evaluate(out)))
      }
      yield* wait(() => page.getByRole("button", { name: "Delete…" }).focus())
      yield* press("Enter")
      yield* wait(() => page.getByRole("heading", { name: "Delete keys?" }).waitFor())
      yield* press("Escape")
      yield* wait(() => page.getByRole("heading", { name: "Settings of this channel" }).waitFor())
      yield* press("Escape")
      yield* room.gone("dialog")
      assert.strictEqual(yield* focused, "Settings of this channel")
      // None of these keys was for the agent.
      assert.strictEqual((yield* Runs.use((runs) => runs.get(run.run.run_id))).status, "running")

      yield* press("Control+k")
      yield* wait(() => page.locator("dialog input").fill("keys"))
      yield* wait(() => page.locator("[cmdk-item]").nth(1).waitFor())
      yield* press("ArrowDown", "Enter")
      yield* title("keys two")
      assert.strictEqual(yield* focused, "text")
      yield* press("Alt+ArrowUp")
      yield* title("keys")
      yield* wait(() => page.goto(new URL("/runs", page.url()).href))
      yield* title("Runs")
      yield* press("Tab")
      yield* wait(() => page.locator(".skip:focus").waitFor())
      yield* press("Enter")
      assert.strictEqual(yield* focused, "title")
      assert.deepStrictEqual(room.failures, [])
    })
  )

  it.effect("says on each page why there is nothing to see: forbidden, a failing server, none at all", () =>
    Effect.gen(function* () {
      const { loginLink, url } = yield* Server
      yield* play
      const { page } = yield* open(yield* loginLink)
      const pageErrors: Array<string> = []
      page.on("pageerror", (error) => pageErrors.push(String(error)))
      const detail = "This token may not read that."
      yield* wait(async () => {
        const refuse = { status: 403, contentType: "application/problem+json", body: JSON.stringify({ detail }) }
        await page.route(/\/api\/(?!events)/, (route) => route.fulfill(refuse))
      })
      for (const path of pages) {
        const seen = yield* wait(async () => {
          await page.goto(url + path)
          await page.locator("main .problem, .stage > .problem").first().waitFor()
          return page.locator("#title, .stage > .problem").first().innerText()
        })
        assert.isNotEmpty(seen, path)
        assert.include(yield* wait(() => page.locator(".stage").innerText()), detail, path)
      }
      yield* wait(async () => {
        await page.unrouteAll()
        await page.route("**/api/runs?*", (route) => route.fulfill({ status: 500, body: "no JSON" }))
        await page.route("**/api/tasks", (route) => route.abort())
        await page.goto(`${url}/runs`)
        await page.getByText("The server answered 500.").first().waitFor()
        await page.unroute("**/api/runs?*")
        await page.getByRole("button", { name: "Try again" }).last().click()
        await page.locator("tbody tr").first().waitFor()
        await page.goto(`${url}/tasks`)
        await page.getByText("The server cannot be reached. Is Loop still running?").waitFor()
        await page.unrouteAll()
        await page.getByRole("button", { name: "Try again" }).click()
        await page.locator("tbody tr").first().waitFor()
      })
      assert.deepStrictEqual(pageErrors, [])
    })
  )
})
