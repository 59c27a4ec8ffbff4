/** `loop tasks` as a process, against the real server. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { loop, loopHome } from "../support/Command.ts"

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

const tasks = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { token, url } = yield* Api
  return yield* loop(yield* loopHome(), ["tasks", ...args], { env: { LOOP_API_URL: url, LOOP_API_TOKEN: token } })
})

const good = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* tasks(...args)
  assert.deepStrictEqual([code, stderr], [0, ""])
  return stdout
})

interface Shown {
  readonly id: number
  readonly [key: string]: unknown
}

const timeout = { timeout: 120_000 }

layer(ApiLayer.layer({ config: { timezone: "Europe/Berlin" } }), { excludeTestServices: true })("loop tasks", (it) => {
  it.effect(
    "adds a task and shows its next five times in the zone that it means",
    () =>
      Effect.gen(function* () {
        yield* openRoom("added")
        const said = yield* good(
          "add",
          "-c",
          "added",
          "--cron",
          "0 9 * * mon",
          "--timezone",
          "Asia/Tokyo",
          "look",
          "around"
        )
        assert.match(
          said,
          /^Task \d+ is scheduled\.\nIts next times \(Asia\/Tokyo\):\n( {2}Mon \d{4}-\d\d-\d\d 09:00:00\n){5}$/
        )
        const [task] = JSON.parse(yield* good("list", "-c", "added", "--json")) as ReadonlyArray<Shown>
        assert.include(task, { type: "cron", schedule: "0 9 * * mon", prompt: "look around", timezone: "Asia/Tokyo" })
      }),
    timeout
  )

  it.effect(
    "sets every option by its flag, and --json prints what the server answers",
    () =>
      Effect.gen(function* () {
        const channel_id = yield* openRoom("options")
        const options = ["--overlap", "queue", "--catch-up", "none", "--catch-up-window", "60", "--session", "task"]
        const more = ["--auto-delete", "30", "--pre-run", "git fetch"]
        const made = JSON.parse(
          yield* good("add", "--channel", channel_id, "--every", "1h30m", ...options, ...more, "--json", "look")
        ) as Shown
        const set = {
          type: "interval",
          schedule: "1h30m",
          overlap: "queue",
          catch_up: "none",
          catch_up_window_sec: 60,
          session: "task",
          auto_delete_sec: 30,
          pre_run: "git fetch"
        }
        assert.include(made, set)
        const api = yield* Api
        assert.deepStrictEqual((yield* api.call("GET", `/api/tasks/${made.id}`)).json, made)
      }),
    timeout
  )

  it.effect(
    "lists a line for each task where there is no terminal, safe for one",
    () =>
      Effect.gen(function* () {
        yield* openRoom("listed")
        assert.strictEqual(yield* good("list", "-c", "listed"), "")
        yield* good("add", "-c", "listed", "--at", "2099-05-04T09:00", "look\n\u001B[31mat this")
        const [id, ...fields] = (yield* good("list", "-c", "listed")).trimEnd().split("\t")
        assert.match(id ?? "", /^\d+$/)
        assert.deepStrictEqual(fields, ["on", "once", "2099-05-04T09:00", "2099-05-04T07:00:00.000Z", "look at this"])
      }),
    timeout
  )

  it.effect(
    "edits, pauses, resumes, runs now, tells the history and deletes",
    () =>
      Effect.gen(function* () {
        yield* openRoom("life")
        const { id } = JSON.parse(yield* good("add", "-c", "life", "--every", "1h", "--json", "look")) as Shown
        const edited = yield* good("edit", `${id}`, "--prompt", "look again", "--cron", "@daily")
        assert.match(
          edited,
          /is changed\.\nIts next times \(Europe\/Berlin\):\n( {2}\w{3} \d{4}-\d\d-\d\d 00:00:00\n){5}$/
        )
        assert.strictEqual(yield* good("pause", `${id}`), `Task ${id} is paused.\nIt is off.\n`)
        assert.match(yield* good("resume", `${id}`), /is on again\.\nIts next times/)
        assert.include(yield* good("run-now", `${id}`), `Task ${id} waits for its turn.`)
        assert.match(yield* good("history", `${id}`), /^20\S+Z\twaiting\t-\t\n$/)
        const again = yield* tasks("run-now", `${id}`)
        assert.deepStrictEqual([again.code, again.stdout], [1, ""])
        assert.match(again.stderr, /^loop: Task \d+ is at work or waits for its turn: stop it first/)
        assert.deepStrictEqual(JSON.parse(yield* good("rm", `${id}`, "--json")), { id, deleted: true })
        assert.match((yield* tasks("rm", `${id}`)).stderr, /^loop: There is no task \d+\.\n$/)
      }),
    timeout
  )

  it.effect(
    "passes on why a schedule is impossible",
    () =>
      Effect.gen(function* () {
        yield* openRoom("never")
        const { code, stderr, stdout } = yield* tasks("add", "-c", "never", "--cron", "0 0 30 2 *", "look")
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.match(stderr, /^loop: .*never comes/)
      }),
    timeout
  )

  it.effect.each([
    [["add", "-c", "x", "look"], /one of --cron, --every and --at/],
    [["add", "-c", "x", "--cron", "@daily", "--every", "1h", "look"], /one of --cron, --every and --at/],
    [["edit", "1"], /Name something to change/],
    [["edit", "1", "--cron", "@daily", "--at", "2099-01-01T00:00Z"], /one of --cron/],
    [["list"], /Missing required flag: --channel/],
    [["add", "-c", "x", "--every", "1h", "--overlap", "maybe", "look"], /--overlap/]
  ] as const)(
    "%j is wrong usage",
    ([args, message]) =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* tasks(...args)
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.match(stderr, message)
        assert.match(stderr, /See "loop tasks \w+ --help"/)
      }),
    timeout
  )
})
