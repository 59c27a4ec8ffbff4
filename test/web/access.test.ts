import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Page } from "playwright-core"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { play } from "../../scripts/screenshots/scene.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, wait } from "../support/Room.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

const everything = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

/** What axe-core finds that keeps somebody out, by these rules: of WCAG 2.2 AA, and what is good practice. */
const found = async (page: Page, rules: ReadonlyArray<string>) => {
  await page.evaluate(axe)
  const violations: ReadonlyArray<Violation> = await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(rules)} }).then(({ violations }) => violations)`
  )
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ failureSummary, html }) => `${id}: ${html}\n${failureSummary}`))
}

const places: ReadonlyArray<readonly [name: string, path: string, act: (page: Page) => Promise<unknown>]> = [
  [
    "a conversation with all that was done in it",
    "/c/local%3Ashop",
    async (page) => {
      await page.locator("article.live").waitFor()
      await page.getByRole("button", { name: "What the agent did" }).first().click()
      await page.locator(".tool").nth(2).waitFor()
      for (const n of [0, 1, 2]) await page.locator(".steps summary").nth(n).click()
      await page.locator("article").first().hover()
    }
  ],
  ["an approval", "/c/local%3Adeploy-on-friday", (page) => page.locator(".ask").waitFor()],
  ["a question", "/c/local%3Adocs", (page) => page.locator(".ask fieldset").first().waitFor()],
  ["an empty channel", "/c/local%3Aresearch", (page) => page.locator(".empty").waitFor()],
  [
    "a channel's settings",
    "/c/local%3Aresearch",
    (page) => page.getByRole("button", { name: "Settings of this channel" }).click()
  ],
  [
    "what asks before a channel is deleted",
    "/c/local%3Aresearch",
    async (page) => {
      await page.getByRole("button", { name: "Settings of this channel" }).click()
      await page.getByRole("button", { name: "Delete…" }).click()
      await page.getByRole("heading", { name: /^Delete / }).waitFor()
    }
  ],
  [
    "a thread's form",
    "/c/local%3Ashop",
    async (page) => {
      await page.locator("article").first().hover()
      await page.getByRole("button", { name: "Open a thread from here" }).first().click()
    }
  ],
  ["what makes a channel", "/runs", (page) => page.getByRole("button", { name: "New channel" }).click()],
  [
    "commands",
    "/c/local%3Aresearch",
    async (page) => {
      await page.locator("#text").fill("/s")
      await page.locator(".suggestions").waitFor()
    }
  ],
  [
    "the search",
    "/c/local%3Aresearch",
    async (page) => {
      await page.keyboard.press("Control+k")
      await page.locator("[cmdk-item]").first().waitFor()
    }
  ],
  ["runs", "/runs", (page) => page.locator("tbody tr").first().waitFor()],
  [
    "a run",
    "/runs/run-1",
    async (page) => {
      await page.locator(".said-by.bot").waitFor()
      for (const text of ["As a table", /\d+ entries/]) await page.getByText(text).click()
      await page.locator(".run-raw").first().waitFor()
    }
  ],
  ["a run that there is not", "/runs/none", (page) => page.locator(".empty").waitFor()],
  ["tasks", "/tasks", (page) => page.locator("tbody tr").first().waitFor()],
  ["a week of tasks", "/tasks?view=week", (page) => page.locator(".calendar-due").first().waitFor()],
  ["a month of tasks", "/tasks?view=month", (page) => page.locator(".calendar-due").first().waitFor()],
  ["a task", "/tasks/1", (page) => page.locator(".task-instants li").first().waitFor()],
  [
    "a task's form, where it is wrong",
    "/tasks",
    async (page) => {
      await page.getByRole("button", { name: "New task" }).click()
      await page.getByText("More", { exact: true }).click()
      await page.getByRole("button", { name: "Make the task" }).click()
      await page.getByText("Choose the channel").waitFor()
    }
  ],
  [
    "what is ready-made",
    "/tasks?channel=local:shop",
    async (page) => {
      await page.getByRole("button", { name: "From a template" }).click()
      await page.getByRole("button", { name: "Add tidy" }).waitFor()
    }
  ],
  ["spend", "/spend", (page) => page.locator(":is(.card, .empty) h2").first().waitFor()],
  ["setup", "/setup", (page) => page.locator(".findings li").first().waitFor()],
  ...["people", "tokens", "projects", "configuration", "audit"].map(
    (part) =>
      [
        `setup: ${part}`,
        `/setup/${part}`,
        (page: Page) => page.locator(":is(.card, .empty) h2").first().waitFor()
      ] as const
  ),
  ["a token's form", "/setup/tokens", (page) => page.getByRole("button", { name: "New token" }).click()],
  ["an address that there is not", "/nowhere", (page) => page.locator(".empty").waitFor()]
]

/** What the pages of tasks have to show. */
const scheduled = Effect.gen(function* () {
  const api = yield* ApiLayer.Api
  const task = { channel_id: "local:shop", prompt: "Look at what was merged" }
  yield* api.call("POST", "/api/tasks", { ...task, type: "cron", schedule: "0 9 * * *", timezone: "Asia/Tokyo" })
  yield* api.call("POST", "/api/tasks", { ...task, type: "interval", schedule: "10m" })
  yield* api.call("POST", "/api/tasks/1/run")
  const { run } = yield* begin("run-asks", ChannelId.make("local:docs"))
  const questions = [
    { question: "Which guide?", options: ["The old one", "The new one"], multiple: false },
    { question: "Which parts?", options: ["All"], multiple: true },
    { question: "Why?", options: [], multiple: false }
  ]
  yield* askFor(run, "access-asks", { _tag: "Question", toolUseId: "q", questions, input: {} })
})

const tidy = { name: "tidy", description: "Sweeps.", type: "interval", schedule: "1d", prompt: "Sweep the room" }

layer(Layer.merge(ApiLayer.layer({ config: { task_templates: [tidy] } }), Browser.layer), {
  excludeTestServices: true
})("the page", (it) => {
  let played = false
  /** It is on the stage until the end. */
  const scene = Effect.suspend(() => {
    const first = !played
    played = true
    return first ? Effect.andThen(play, scheduled) : Effect.void
  })

  it.effect.each([
    { look: { dark: false }, rules: everything },
    // Colours are all that is different.
    { look: { dark: true }, rules: ["color-contrast"] },
    { look: { dark: false, width: 360, height: 640 }, rules: everything }
  ])(
    "shuts nobody out: axe-core finds nothing serious ($look)",
    ({ look, rules }) =>
      Effect.gen(function* () {
        const { loginLink, url } = yield* Server
        yield* scene
        const { page } = yield* open(yield* loginLink, look)
        // What is narrow differs in size; the frame and the conversation are laid out anew.
        for (const [name, path, act] of look.width === undefined ? places : places.slice(0, 1)) {
          const problems = yield* wait(async () => {
            await page.goto(url + path)
            await page.locator("#title").waitFor()
            await act(page)
            const menu = page.getByRole("button", { name: "Channels and pages" })
            if (await menu.isVisible()) await menu.click()
            return found(page, rules)
          })
          assert.deepStrictEqual(problems, [], name)
        }
      }),
    120_000
  )
})
