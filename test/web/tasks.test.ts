import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Tasks } from "../../src/services/Tasks.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { hostile } from "../support/hostile.ts"
import { wait } from "../support/Room.ts"

const makeChannel = Effect.fnUntraced(function* (name: string) {
  const id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id: id, platform: "local", name }))
  return id
})

const visit = Effect.fnUntraced(function* (path: string, size: { width?: number; height?: number } = {}) {
  const { loginLink, url } = yield* Server
  const opened = yield* open(yield* loginLink, size)
  yield* wait(() => opened.page.goto(url + path))
  yield* wait(() => opened.page.locator("#title").waitFor())
  return opened
})

const add = Effect.fnUntraced(function* (channel_id: string, draft: object) {
  const api = yield* ApiLayer.Api
  const made = yield* api.call("POST", "/api/tasks", { channel_id, type: "cron", schedule: "0 9 * * *", ...draft })
  assert.strictEqual(made.status, 201, made.text)
  return (made.json as { readonly id: number }).id
})

const tidy = { name: "tidy", description: "Sweeps up", schedule: "0 3 * * 0", type: "cron", prompt: "Sweep the room" }
const config = { timezone: "Europe/Berlin", task_templates: [tidy] }
const world = Layer.merge(ApiLayer.layer({ config }), Browser.layer)

layer(world, { excludeTestServices: true })("the page of tasks", (it) => {
  it.effect(
    "makes a task, showing its next five times in its zone while it is written, and why it can never come",
    () =>
      Effect.gen(function* () {
        const channel = yield* makeChannel("making")
        const { failures, page } = yield* visit("/tasks")
        yield* wait(async () => {
          await page.getByText("Nothing is scheduled").waitFor()
          await page.getByRole("button", { name: "New task" }).click()
        })
        const form = page.getByRole("dialog")
        const schedule = form.getByLabel("Schedule")
        const times = form.locator(".task-instants li")
        yield* wait(async () => {
          await schedule.fill("0 9 * * mon-fri")
          await form.getByText("The next times in Europe/Berlin").waitFor()
          await times.nth(4).waitFor()
        })
        assert.strictEqual(yield* wait(() => times.count()), 5)
        for (const text of yield* wait(() => times.allInnerTexts())) assert.match(text, /, 0?9:00/)
        yield* wait(async () => {
          await form.getByLabel("Time zone").fill("Asia/Tokyo")
          await form.getByText("The next times in Asia/Tokyo").waitFor()
          await times.filter({ hasText: "for you" }).nth(4).waitFor()
          await schedule.fill("0 0 30 2 *")
          await form.getByText("It never comes: no month that it names has a day 30.").waitFor()
          await times.first().waitFor({ state: "detached" })
        })
        assert.strictEqual(yield* wait(() => schedule.getAttribute("aria-invalid")), "true")
        yield* wait(async () => {
          await form.getByLabel("Time zone").fill("Mars/Base")
          await form.getByText('"Mars/Base" is no time zone').waitFor()
          await form.getByLabel("Time zone").fill("")
          await form.getByLabel("Every so often").check()
          await schedule.fill("90m")
          await times.nth(4).waitFor()
          // What is missing is said where it is missing, and nothing is sent.
          await form.getByRole("button", { name: "Make the task" }).click()
          await form.getByText("Say what the agent is to do.").waitFor()
          await form.getByText("Choose the channel").waitFor()
          await form.getByLabel("What the agent is to do").fill("Look at the queue")
          await form.getByLabel("Channel", { exact: true }).selectOption({ label: "making" })
          await form.getByText("More").click()
          await form.getByLabel("When its last run is still at work").selectOption({ label: "Wait, and run then" })
          await form.getByLabel("Conversation").selectOption({ label: "One of the task’s own" })
          await form.getByLabel("Command that is run first").fill("git fetch -q")
          await form.getByLabel("But none that is longer ago than").fill("600")
          await form.getByRole("button", { name: "Make the task" }).click()
          await page.locator("#title", { hasText: "Task " }).waitFor()
          await page.getByText("Look at the queue").waitFor()
        })
        const [task] = yield* Tasks.use((tasks) => tasks.ofChannel(channel))
        assert.deepInclude(task, { type: "interval", schedule: "90m", timezone: null, prompt: "Look at the queue" })
        assert.deepStrictEqual(task?.options, {
          auto_delete_sec: 0,
          overlap: "queue",
          catch_up: "latest",
          catch_up_window_sec: 600,
          session: "task",
          pre_run: "git fetch -q"
        })
        // A schedule that is refused is one that the browser notes as an error.
        assert.deepStrictEqual(
          failures.filter((failure) => !/status of 4(00|22)/.test(failure)),
          []
        )
      })
  )

  it.effect(
    "runs a task now, pauses, resumes and changes it, tells what became of it, and deletes it once confirmed",
    () =>
      Effect.gen(function* () {
        const channel = yield* makeChannel("handled")
        const id = yield* add(channel, { prompt: "Water the plants", pre_run: "true" })
        const { page } = yield* visit(`/tasks/${id}`)
        const stored = Tasks.use((tasks) => tasks.get(id))
        yield* wait(async () => {
          await page.getByText("It has not been due yet.").waitFor()
          await page.getByRole("button", { name: `Run now: task ${id}` }).click()
          await page.getByRole("row", { name: /waiting/ }).waitFor()
          await page.getByRole("button", { name: `Run now: task ${id}` }).click()
          await page.getByText("is at work or waits for its turn").waitFor()
          await page.getByRole("button", { name: `Pause task ${id}` }).click()
          await page.getByText("None lies ahead.").waitFor()
          await page.getByRole("row", { name: /skipped The task was turned off/ }).waitFor()
        })
        assert.isFalse((yield* stored)?.enabled)
        yield* wait(async () => {
          await page.getByRole("button", { name: `Resume task ${id}` }).click()
          await page.locator(".task-instants li").nth(4).waitFor()
          await page.getByRole("button", { name: "Edit" }).click()
          const form = page.getByRole("dialog")
          await form.locator(".task-instants li").nth(4).waitFor()
          await form.getByLabel("Schedule").fill("30 7 * * *")
          await form.getByLabel("Command that is run first").waitFor({ state: "attached" })
          await form.getByRole("button", { name: "Save" }).click()
          await form.waitFor({ state: "detached" })
          await page.getByText("30 7 * * *").waitFor()
        })
        const changed = yield* stored
        assert.deepInclude(changed, { schedule: "30 7 * * *", prompt: "Water the plants", enabled: true })
        assert.strictEqual(changed?.options.pre_run, "true")
        yield* wait(async () => {
          await page.getByRole("button", { name: "Delete" }).click()
          await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click()
        })
        assert.isDefined(yield* stored)
        yield* wait(async () => {
          await page.getByRole("button", { name: "Delete" }).click()
          await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click()
          await page.locator("#title", { hasText: "Tasks" }).waitFor()
        })
        assert.isUndefined(yield* stored)
      })
  )

  it.effect("shows what lies ahead by weeks and months, turns over to others, and is kept in the address", () =>
    Effect.gen(function* () {
      const [here, there] = [yield* makeChannel("here"), yield* makeChannel("there")]
      yield* add(here, { type: "once", schedule: "2031-03-10 23:30", timezone: "Asia/Tokyo", prompt: "Far away" })
      yield* add(there, { type: "interval", schedule: "10m", prompt: "Again and again" })
      const { page } = yield* visit("/tasks?view=month&from=2031-03-31")
      const day = (name: string) => page.locator(".day-of", { hasText: name })
      yield* wait(() => day("Monday, March 10").getByText("Far away").waitFor())
      yield* wait(() => day("Monday, March 10").getByText("Again and again every 10m").waitFor())
      assert.strictEqual(
        yield* wait(() => page.locator(".calendar-due a").first().getAttribute("title")).pipe(
          Effect.map((title) => title?.includes("Europe/Berlin"))
        ),
        true
      )
      const away = yield* wait(() => page.getByRole("link", { name: /Far away/ }).getAttribute("title"))
      assert.match(away ?? "", /11:30 PM in Asia\/Tokyo/)
      yield* wait(() => page.getByRole("button", { name: "The month before" }).click())
      yield* wait(() => page.getByRole("heading", { name: "February 2031" }).waitFor())
      assert.include(page.url(), "from=2031-02-28")
      yield* wait(() => page.goto(page.url().replace(/\?.*/, "?view=week&from=2031-03-09&channel=local:here")))
      yield* wait(() => day("Monday, March 10").getByText("11:30 PM Asia/Tokyo").waitFor())
      assert.strictEqual(yield* wait(() => page.getByText("Again and again").count()), 0)
      yield* wait(() => page.getByRole("link", { name: "List" }).click())
      yield* wait(() => page.getByRole("row", { name: /Far away .* here/ }).waitFor())
      assert.strictEqual(yield* wait(() => page.getByRole("row").count()), 2)
    })
  )

  it.effect("has the day and time of a task that runs once chosen in a calendar, by the clock of its zone", () =>
    Effect.gen(function* () {
      const channel = yield* makeChannel("moment")
      const { page } = yield* visit("/tasks?channel=local:moment")
      const form = page.getByRole("dialog")
      yield* wait(async () => {
        await page.getByRole("button", { name: "New task" }).first().click()
        await form.getByLabel("What the agent is to do").fill("Say good night")
        await form.getByText("Once", { exact: true }).click()
        await form.getByLabel("Day and time").fill("2031-03-10T23:30")
        await form.getByLabel("Time zone").fill("Asia/Tokyo")
        await form.getByText("By the clock of Asia/Tokyo.").waitFor()
        await form.locator(".task-instants li", { hasText: "Mon, Mar 10, 2031, 11:30 PM" }).waitFor()
        await form.getByRole("button", { name: "Make the task" }).click()
        await form.waitFor({ state: "detached" })
      })
      const [task] = yield* Tasks.use((tasks) => tasks.ofChannel(channel))
      assert.strictEqual(task?.next_run_at, Date.UTC(2031, 2, 10, 14, 30))
    })
  )

  it.effect("adds what is ready-made", () =>
    Effect.gen(function* () {
      const channel = yield* makeChannel("templates")
      const { page } = yield* visit("/tasks?channel=local:templates")
      yield* wait(async () => {
        await page.getByRole("button", { name: "From a template" }).click()
        await page.getByRole("button", { name: "Add tidy" }).click()
        await page.getByText("Sweep the room").waitFor()
      })
      const [task, ...others] = yield* Tasks.use((tasks) => tasks.ofChannel(channel))
      assert.strictEqual(task?.template_name, "tidy")
      assert.lengthOf(others, 0)
    })
  )

  it.effect("takes hostile prompts, schedules and commands for what they are, also on a phone", () =>
    Effect.gen(function* () {
      const channel = yield* makeChannel("hostile")
      const all = hostile.join("\n")
      const id = yield* add(channel, { prompt: all, pre_run: all, schedule: "0 8 * * *" })
      for (const text of hostile.slice(0, 40)) yield* add(channel, { prompt: text, schedule: "0 8 * * *" })
      const { page } = yield* visit(`/tasks/${id}`, { width: 360, height: 640 })
      const bad =
        "[typeof pwned, document.querySelectorAll('#root :is(script,iframe,object,embed,style,link,base,meta,video,audio,img:not([src^=\"/\"]))').length," +
        "[...document.querySelectorAll('#root a[href]')].filter((a) => new URL(a.href).origin !== location.origin).length," +
        "document.documentElement.scrollWidth - innerWidth]"
      const innocent = Effect.gen(function* () {
        assert.deepStrictEqual(yield* wait(() => page.evaluate(bad)), ["undefined", 0, 0, 0], page.url())
      })
      yield* wait(() =>
        page
          .getByText(hostile[0] ?? "")
          .first()
          .waitFor()
      )
      yield* innocent
      for (const view of ["list", "week", "month"]) {
        yield* wait(() => page.goto(new URL(`/tasks?view=${view}`, page.url()).href))
        yield* wait(() =>
          page
            .locator(".page-body a", { hasText: hostile[1] ?? "" })
            .first()
            .waitFor()
        )
        yield* innocent
      }
    })
  )
})
