import { mkdirSync, realpathSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import { play } from "../../scripts/screenshots/scene.ts"
import type { Button } from "../../src/domain/chat/Words.ts"
import { ChannelId, MessageId, RunId } from "../../src/domain/Ids.ts"
import { noUsage } from "../../src/domain/Run.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Outgoing } from "../../src/services/Outgoing.ts"
import { Spending } from "../../src/services/Spending.ts"
import * as ApiLayer from "../support/Api.ts"
import { hostDirectory } from "../support/Boxes.ts"
import { Browser, open } from "../support/Browser.ts"
import { hostile } from "../support/hostile.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, openRoom, wait } from "../support/Room.ts"

const problems = [{ key: "busy", message: "Expected something else", line: 7 }]
const config = { budget: { per_day_usd: 10 } }

/** Everything in the document that could do something by itself, or leads anywhere but out to the web. */
const suspicious = `[...document.querySelectorAll("*")].flatMap((node) => {
  const found = []
  const name = node.localName
  if (["script", "style", "iframe", "object", "embed", "base", "link", "meta", "video", "audio", "source"].includes(name)
    && node.closest("#root")) found.push(node.outerHTML)
  for (const { name: key, value } of node.attributes) {
    if (key.startsWith("on") || ["srcdoc", "srcset", "formaction", "action"].includes(key)) found.push(node.outerHTML)
    if (key === "style" && value.includes("url(")) found.push(node.outerHTML)
    if (["href", "src", "xlink:href", "data", "poster"].includes(key) && node.closest("#root")
      && !/^(https?:\\/\\/|mailto:|\\/(c|runs|tasks|spend|setup|api|icon|assets)?|#)/.test(value)) found.push(node.outerHTML)
    if (key === "src" && /^(https?:)?\\/\\//.test(value)) found.push(node.outerHTML)
  }
  return found
})`

/** What a server's answer names by a word of its own, or refers to: the page does not show it as it comes. */
const own =
  /^(.*_id|id|state|status|type|kind|role|access|via|actor_kind|outcome|decision|platform|permission_mode|busy|trigger|overlap|catch_up|session|enabled|look|style|mime|timezone|every|option|hash)$/

/** All of them in a few texts: a page with a list of hundreds takes its time. */
const together = Array.from({ length: 10 }, (_, n) => hostile.filter((_each, at) => at % 10 === n).join("\n"))

/** The same answer with hostile texts wherever a text can be: lists have an entry for each of a few, all else has all. */
const poisoned = (value: unknown, text: string, key = ""): unknown => {
  if (Array.isArray(value)) {
    if (value.length === 0 || typeof value[0] !== "object" || key.endsWith("events")) {
      return value.map((each) => poisoned(each, text, key))
    }
    return together.map((each, n) => poisoned(value[n % value.length], each, key))
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poisoned(each, text, name)]))
  }
  const isFree = typeof value === "string" && !own.test(key) && !/^\d{4}-\d\d-\d\d/.test(value)
  return isFree ? text : value
}

/** Where everything that Loop has to tell is told, and what is opened there. */
const places: ReadonlyArray<readonly [path: string, ready: string, open?: (page: Page) => Promise<unknown>]> = [
  ["/runs", "tbody tr"],
  ["/runs/run-1", ".run-transcript .said-by", (page) => page.getByText(/\d+ entries/).click()],
  ["/tasks", "tbody tr", (page) => page.getByRole("button", { name: "New task" }).click()],
  ["/tasks?view=month", ".calendar-due"],
  ["/tasks/1", ".task-instants li", (page) => page.getByRole("button", { name: "Edit" }).click()],
  ["/spend", "[aria-label='Spend by model'] tbody tr"],
  ["/setup", ".findings li"],
  ["/setup/people", ".held li"],
  ["/setup/tokens", "tbody tr", (page) => page.getByRole("button", { name: "New token" }).click()],
  ["/setup/projects", ".card"],
  ["/setup/configuration", ".key"],
  ["/setup/audit", "tbody tr"],
  [
    "/c/local%3Ashop",
    "article",
    async (page) => {
      await page.locator("#text").fill("/")
      await page.locator(".suggestions").waitFor()
      await page.getByRole("button", { name: "Settings of this channel" }).click()
    }
  ]
]

layer(Layer.merge(ApiLayer.layer({ problems, config }), Browser.layer), { excludeTestServices: true })(
  "a hostile text",
  (it) => {
    it.effect(
      "does nothing on any page, in whichever answer of the server it is",
      () =>
        Effect.gen(function* () {
          const api = yield* ApiLayer.Api
          const { loginLink, url } = yield* Server
          yield* play
          const task = { channel_id: "local:shop", prompt: "Look", type: "cron", schedule: "0 9 * * *" }
          yield* api.call("POST", "/api/tasks", task)
          const directory = realpathSync((yield* hostDirectory)(""))
          mkdirSync(join(directory, ".loop"))
          writeFileSync(join(directory, ".loop/config.json"), `{ mounts: ["/srv/data:/data:ro"] }`)
          yield* api.call("POST", "/api/channels", { dir_path: directory })
          yield* api.call("POST", "/api/tokens", { name: "a", scope: { channels: ["*"], access: "read" } })
          const channel_id = ChannelId.make("local:shop")
          const call = {
            run_id: RunId.make("run-1"),
            channel_id,
            root_id: channel_id,
            task_id: 1,
            model: "opus",
            cost_usd: 1
          }
          yield* Spending.use((all) => all.add({ ...call, usage: noUsage, at: Date.now() - 1000, estimated: false }))
          const permissions = { owners: { users: ["ada"], roles: [] }, members: { users: [], roles: [] } }
          yield* Channels.use((all) => all.patch(ChannelId.make("local:shop"), { permissions }))
          const { page, failures } = yield* open(yield* loginLink)
          const asked = new Set<string>()
          const answered = new Set<string>()
          page.on("request", (request) => asked.add(new URL(request.url()).origin))
          yield* wait(() =>
            page.route("**/api/**", async (route) => {
              const request = route.request()
              const { pathname } = new URL(request.url())
              if (request.method() !== "GET" || pathname.endsWith("events")) return route.continue()
              const response = await route.fetch({ maxRetries: 3 })
              const json: unknown = await response.json()
              answered.add(pathname)
              await route.fulfill({ response, json: poisoned(json, hostile.join("\n")) })
            })
          )
          for (const [path, ready, act] of places) {
            const found = yield* wait(async () => {
              await page.goto(url + path)
              await page.evaluate(
                `document.addEventListener("securitypolicyviolation", ({ blockedURI }) => (window.refused = blockedURI))`
              )
              await page
                .locator(ready)
                .first()
                .waitFor()
                .catch(() => Promise.reject(new Error(`${path} never showed ${ready}`)))
              await act?.(page)
              await page.evaluate(
                "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
              )
              return page.evaluate(
                `[...${suspicious}, typeof pwned, typeof refused, document.body.innerText.includes("pwned=1")]`
              )
            })
            assert.deepStrictEqual(found, ["undefined", "undefined", true], path)
          }
          assert.includeMembers(
            [...answered],
            ["/api/doctor", "/api/audit", "/api/tokens", "/api/config", "/api/spend", "/api/commands"]
          )
          assert.deepStrictEqual([...asked], [new URL(url).origin])
          assert.deepStrictEqual(failures, [])
        }),
      120_000
    )

    it.effect(
      "does nothing, wherever an agent, a person or a file's name can put it",
      () =>
        Effect.gen(function* () {
          assert.isAtLeast(new Set(hostile).size, 100)
          const { url } = yield* Server
          const room = yield* openRoom("hostile")
          const { page } = room
          const asked = new Set<string>()
          page.on("request", (request) => asked.add(new URL(request.url()).origin))
          const dialogs: Array<string> = []
          page.on("dialog", (dialog) => dialogs.push(dialog.message()))
          yield* wait(() =>
            page.evaluate(
              `document.addEventListener("securitypolicyviolation", ({ blockedURI }) => (window.refused = blockedURI))`
            )
          )

          const mailbox = yield* Messages
          const { path } = yield* Outgoing.use((out) => out.keepFor(room.id, new TextEncoder().encode("x")))
          const { run, say, tell, write } = yield* begin("run-hostile", room.id)
          for (const [n, text] of hostile.entries()) {
            yield* Channels.use((all) =>
              all.upsert({ channel_id: ChannelId.make(`local:h${n}`), platform: "local", name: text })
            )
            const author = { channel_id: room.id, author_id: text, author_name: text }
            const attachments = [{ name: text, mime: text, path }]
            yield* mailbox.note({
              ...author,
              message_id: MessageId.make(`p${n}`),
              content: text,
              kind: "prompt",
              attachments
            })
            yield* tell("run.tool", {
              tool_use_id: `t${n}`,
              name: text,
              state: "started",
              input_summary: text,
              input: { command: text }
            })
            const inputs = [
              { file_path: text, old_string: "a", new_string: text },
              { file_path: text, content: text },
              { [text]: text }
            ]
            const input = inputs[n % inputs.length] ?? {}
            yield* tell("run.tool", {
              tool_use_id: `u${n}`,
              name: "Edit",
              state: "started",
              input_summary: text,
              input
            })
            yield* tell("run.tool", {
              tool_use_id: `u${n}`,
              name: "",
              state: "failed",
              output_summary: text,
              output: text
            })
            yield* tell("run.thinking", { text })
            yield* tell("run.retry", { text })
            yield* tell("run.note", { text })
            yield* tell("run.egress", { host: text, port: 1, decision: "refused", reason: text })
            const buttons: ReadonlyArray<ReadonlyArray<Button>> = [
              [
                { id: text, label: text, style: "primary" },
                { id: "retry:r", label: text, style: "primary" }
              ]
            ]
            yield* mailbox.say({
              channel_id: room.id,
              run_id: run.run_id,
              key: `k${n}`,
              content: text,
              attachments: [{ name: text, mime: "image/png", path }],
              buttons
            })
          }
          const some = hostile.map((text) => ({ question: text, options: [text], multiple: true }))
          yield* askFor(run, "h-tool", {
            _tag: "Permission",
            toolUseId: "h1",
            tool: hostile.join(" "),
            input: { [hostile[0] ?? ""]: hostile }
          })
          yield* askFor(run, "h-plan", { _tag: "Plan", toolUseId: "h2", plan: hostile.join("\n\n"), input: {} })
          yield* askFor(run, "h-ask", { _tag: "Question", toolUseId: "h3", questions: some, input: {} })
          for (const text of hostile.slice(0, 40)) yield* room.post(text)
          yield* say(hostile.join("\n\n"), "all")
          yield* write(hostile.join("\n\n"))
          yield* room.sees("article.live")
          yield* room.sees(".ask fieldset")

          const openAll = wait(() =>
            page.evaluate(`(async () => {
          for (const head of document.querySelectorAll('.work-head[aria-expanded="false"]')) head.click()
          await new Promise((resolve) => setTimeout(resolve, 300))
          for (const step of document.querySelectorAll(".steps summary")) step.click()
          await new Promise((resolve) => setTimeout(resolve, 1500))
        })()`)
          )
          const innocent = Effect.gen(function* () {
            assert.deepStrictEqual(yield* wait(() => page.evaluate(suspicious)), [])
            assert.deepStrictEqual(yield* wait(() => page.evaluate("[typeof pwned, typeof refused]")), [
              "undefined",
              "undefined"
            ])
          })
          yield* openAll
          assert.isAtLeast(yield* wait(() => page.locator(".tool-detail").count()), hostile.length)
          yield* innocent
          // What a command answers, and why something was refused.
          for (const text of ["/set <img src=x onerror=pwned=1> [x](javascript:pwned=1)", `/run ${hostile[0]}`]) {
            yield* wait(async () => {
              await page.getByLabel("Message", { exact: true }).fill(text)
              await page.getByRole("button", { name: "Send", exact: true }).click()
              await page.locator("#problem").waitFor()
            })
          }
          yield* wait(async () => {
            await page.reload()
            await page.locator("article.live").waitFor()
          })
          yield* openAll
          yield* innocent
          yield* wait(async () => {
            await page.keyboard.press("Control+k")
            await page.locator("[cmdk-item]").nth(hostile.length).waitFor()
          })
          yield* innocent
          assert.deepStrictEqual([...asked], [new URL(url).origin])
          assert.deepStrictEqual(dialogs, [])
          assert.deepStrictEqual(
            room.failures.filter((failure) => !failure.includes("status of 40")),
            []
          )
        }),
      180_000
    )
  }
)
