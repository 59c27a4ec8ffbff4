/** Tasks, runs and names as people on chat platforms read them. */
import { assert, describe, it } from "@effect/vitest"
import * as Naming from "../../../src/domain/chat/Naming.ts"
import * as RunText from "../../../src/domain/chat/RunText.ts"
import * as TaskText from "../../../src/domain/chat/TaskText.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { defaultOptions, type Task } from "../../../src/domain/tasks/Task.ts"

const task = (change: Partial<Task> = {}): Task => ({
  task_id: 3,
  channel_id: ChannelId.make("local:room"),
  type: "cron",
  schedule: "0 9 * * *",
  timezone: null,
  prompt: "look",
  enabled: true,
  options: defaultOptions,
  next_run_at: 60_000,
  template_name: null,
  failures: 0,
  not_before: null,
  paused_reason: null,
  session_id: null,
  created_at: 0,
  ...change
})

describe("What lies ahead", () => {
  it.each([
    [0, "due now"],
    [-5, "due now"],
    [59_999, "in 59s"],
    [60_000, "in 1m"],
    [3_599_000, "in 59m"],
    [3_600_000, "in 1h"],
    [5_400_000, "in 1h30m"]
  ])("%i milliseconds: %s", (ms, text) => {
    assert.strictEqual(TaskText.ahead(1000 + ms, 1000), text)
  })
})

describe("A task", () => {
  it("that comes once is shown at its local time", () => {
    const once = task({ type: "once", schedule: "x", next_run_at: Date.UTC(2031, 0, 2, 8, 5) })
    assert.include(TaskText.list([once], 0, "Europe/Berlin"), "`2031-01-02 09:05 Europe/Berlin`")
  })

  it("that paused itself says why, and one that deletes its answer says when", () => {
    const paused = task({ enabled: false, next_run_at: null, paused_reason: "It failed five times." })
    const shown = TaskText.detail(paused, 0, "UTC")
    assert.include(shown, "Status: paused – It failed five times.")
    assert.include(shown, "Next run: none")
    const fading = task({ options: { ...defaultOptions, auto_delete_sec: 60 } })
    assert.include(TaskText.list([fading], 0, "UTC"), "(next: in 1m) (auto_delete: 60s)")
  })
})

describe("A duration", () => {
  it.each([
    [400, "0s"],
    [59_000, "59s"],
    [185_000, "3m 5s"],
    [7_800_000, "2h 10m"]
  ])("of %i milliseconds is %s", (ms, text) => {
    assert.strictEqual(RunText.duration(ms), text)
  })
})

describe("A channel's name", () => {
  it.each([
    ["/srv/My App", "my-app"],
    ["/srv/größe_2", "größe_2"],
    ["/", "root"],
    ["/srv/...", "root"],
    [`/srv/${"a".repeat(200)}`, "a".repeat(95)]
  ])("of %s is %s", (dir, name) => {
    assert.strictEqual(Naming.ofDirectory(dir), name)
  })

  it("differs for directories of the same name, and is the same every time", () => {
    assert.notStrictEqual(Naming.suffixOf("/a/app"), Naming.suffixOf("/b/app"))
    assert.match(Naming.suffixOf("/a/app"), /^[0-9a-f]{4}$/)
    assert.strictEqual(Naming.suffixOf("/a/app"), Naming.suffixOf("/a/app"))
  })
})

describe("A thread's first message", () => {
  const bot = { id: "9", name: "Loop.Bot" }
  it("calls nobody but the person it is for, wherever the bot was called in it", () => {
    assert.deepStrictEqual(Naming.opening("<@9> do @loop.bot this, <@!9>", bot, "5"), {
      prompt: "do this,",
      shown: "do this, <@5>"
    })
    assert.strictEqual(
      Naming.opening("mail loopXbot and @Loop.Botany", bot, undefined).shown,
      "mail loopXbot and @Loop.Botany"
    )
  })

  it("keeps its lines", () => {
    assert.strictEqual(Naming.opening("a\n\n  b", bot, undefined).prompt, "a\n\n b")
  })

  it("that is empty greets", () => {
    assert.deepStrictEqual(Naming.opening(" <@9> ", bot, "5"), {
      prompt: undefined,
      shown: "Hello <@5>! Write here what you would like to have done."
    })
  })
})
