/** Chat commands: what each answers, to whom, and what it says to options that make no sense. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import * as Catalogue from "../../../src/domain/chat/Catalogue.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Claims } from "../../../src/services/Claims.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import type { Subject } from "../../../src/services/Tokens.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { ended, house, owner, post, prompted, room, settle } = House

const person = (person_id: string, name: string, ...roles: ReadonlyArray<string>): Subject => ({
  kind: "person",
  platform: "discord",
  person_id,
  name,
  roles
})
const ada = person("100", "Ada")
const bob = person("200", "Bob", "crew")
const eve = person("300", "Eve")
const keys = {
  platforms: ["local", "discord"],
  discord_token: "t",
  discord_app_id: "1",
  permissions: { owners: { users: ["100"] }, members: { roles: ["crew"] } }
}

type Options = Readonly<Record<string, string>>

const give = (subject: Subject, { channel_id }: House.Room, name: string, options: Options = {}) =>
  Conversations.use((all) => all.command(subject, channel_id, name, options))
const text = (subject: Subject, here: House.Room, name: string, options: Options = {}) =>
  Effect.map(give(subject, here, name, options), (answer) => answer.text)
const refusal = (here: House.Room, name: string, options: Options = {}) => Effect.flip(give(owner, here, name, options))
const complete = (subject: Subject, { channel_id }: House.Room, name: string, option: string, typed = "") =>
  Conversations.use((all) => all.complete(subject, channel_id, name, option, typed))

/** Options with which a command gets as far as it can. */
const sample: Readonly<Record<string, Options>> = {
  run: { run_id: "none" },
  cc: { command: "compact" },
  set: { key: "busy", value: "steer" },
  schedule: { schedule: "0 9 * * *", type: "cron", prompt: "look" },
  task: { task_id: "1" },
  cancel: { task_id: "1" },
  toggle: { task_id: "1" },
  edit: { task_id: "1", prompt: "look again" },
  "template-add": { name: "none" },
  allow_user: { target_id: "400" },
  allow_role: { target_id: "500" },
  deny_user: { target_id: "400" },
  deny_role: { target_id: "500" },
  claim: { code: "wrong" }
}
const forOwners = new Set(["allow_user", "allow_role", "deny_user", "deny_role"])
const open = new Set(["claim", "iamtheowner"])

describe("A command of the catalogue", () => {
  it.effect.each(Catalogue.commands.map(({ name }) => name))("%s is for those alone who may give it", (name) =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const attempt = (subject: Subject) =>
          give(subject, here, name, sample[name] ?? {}).pipe(
            House.during,
            Effect.as("done" as string),
            Effect.catchTag("Denied", ({ action }) => Effect.succeed(`denied ${action}`)),
            // A box, a task or a template that is not there: what matters is that it was looked for.
            Effect.catchTag(["Refused", "RunNotFound"], () => Effect.succeed("tried")),
            Effect.catchDefect(() => Effect.succeed("tried"))
          )
        const may = ["done", "tried"]
        assert.include(may, yield* attempt(owner))
        assert.include(may, yield* attempt(ada))
        if (forOwners.has(name)) assert.strictEqual(yield* attempt(bob), "denied grant")
        else assert.include(may, yield* attempt(bob))
        if (open.has(name)) assert.strictEqual(yield* attempt(eve), "tried")
        else assert.match(yield* attempt(eve), /^denied (read|grant)$/)
      }),
      keys
    )
  )

  it("can be declared on Discord: names, descriptions and numbers within its limits", () => {
    const words = /^[-_a-z0-9]{1,32}$/
    assert.isAtMost(new Set(Catalogue.commands.map(({ name }) => name.split("-")[0])).size, 25)
    for (const { description, name, options } of Catalogue.commands) {
      assert.match(name, words)
      assert.isAtMost(description.length, 100)
      const places = options.map((option) => (option.required ? 0 : 1))
      assert.deepStrictEqual(places, places.toSorted(), `${name}: required options come first`)
      for (const option of options) {
        assert.match(option.name, words)
        assert.isAtMost(option.description.length, 100)
        assert.isAtMost(option.choices?.length ?? 0, 25)
      }
    }
    for (const { description } of Catalogue.onMessages) assert.isAtMost(description.length, 32)
  })
})

describe("Options", () => {
  it.effect("that are unknown, missing or wrong are refused in one sentence that names them", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const cases: ReadonlyArray<readonly [string, Options, string, RegExp]> = [
          ["task", {}, "task_id", /^task needs task_id: its number\.$/],
          ["task", { task_id: "x" }, "task_id", /whole number/],
          ["task", { task_id: "1", more: "2" }, "more", /has no option "more": it has task_id\.$/],
          ["status", { a: "b" }, "a", /it has none\.$/],
          ["schedule", { schedule: "1h", type: "daily", prompt: "x" }, "type", /cron, interval, once/],
          ["allow_user", { target_id: "1 2" }, "target_id", /id of a user/],
          ["edit", { task_id: "1" }, "schedule", /what is to change/],
          ["set", { key: "colour" }, "key", /one of busy, /],
          ["set", { key: "busy", value: "loud" }, "value", /^busy is queue, steer, collect or interrupt, or default/],
          ["set", { key: "container_timeout_sec", value: "soon" }, "value", /seconds above 0/],
          ["set", { key: "network", value: "{" }, "value", /^network is none, allowlist/],
          ["set", { key: "dir_path", value: "srv" }, "dir_path", /absolute path/],
          ["stop", { target: "nothing" }, "target", /no run that is at work/]
        ]
        for (const [name, options, field, message] of cases) {
          const refused = yield* refusal(here, name, options)
          assert.deepInclude(refused, { _tag: "Refused", field }, `${name} ${JSON.stringify(options)}`)
          assert.match(refused.message, message)
        }
      })
    )
  )
})

describe("Settings", () => {
  it.effect("are shown, changed as the interface changes them, and given back", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const set = (key: string, value?: string) =>
          text(owner, here, "set", { key, ...(value !== undefined && { value }) })
        assert.strictEqual(yield* set("busy"), "busy is queue.")
        assert.strictEqual(yield* set("busy", "steer"), "busy is steer now.")
        assert.strictEqual(yield* set("allowed_tools", "Bash, Read"), "allowed_tools is Bash, Read now.")
        assert.strictEqual(yield* set("container_timeout_sec", "60"), "container_timeout_sec is 60 now.")
        assert.strictEqual(yield* set("network", "open"), "network is open now.")
        assert.strictEqual(yield* set("dir_path", "/srv/app"), "dir_path is /srv/app now.")
        assert.strictEqual(yield* set("busy", "default"), "busy is queue now.")
        const { dir_path, settings } = yield* Channels.use((channels) => channels.get(here.channel_id))
        assert.deepInclude(settings, { allowed_tools: ["Bash", "Read"], container_timeout_sec: 60 })
        assert.strictEqual(settings.network?.mode, "open")
        assert.notProperty(settings, "busy")
        assert.strictEqual(dir_path, "/srv/app")
      })
    )
  )

  it.effect("that let an agent out of its box or directory are for owners", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        assert.strictEqual(yield* text(bob, here, "set", { key: "busy", value: "steer" }), "busy is steer now.")
        for (const [key, value] of [
          ["dir_path", "/etc"],
          ["network", "open"],
          ["permission_mode", "bypass"],
          ["allowed_tools", "Bash"]
        ] as const) {
          const denied = yield* Effect.flip(give(bob, here, "set", { key, value }))
          assert.deepInclude(denied, { _tag: "Denied", action: "grant" }, key)
          yield* give(ada, here, "set", { key, value })
        }
      }),
      keys
    )
  )
})

describe("A stop", () => {
  it.effect("takes a run of another channel, a waiting message, or a channel; a run that is over is left alone", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        for (const one of ["one", "two", "three"]) world.when(one, working().script)
        const here = yield* room("here")
        const there = yield* room("there")
        const stop = (target: string) => House.during(text(owner, here, "stop", { target }))
        yield* post(here, "one")
        yield* post(there, "two")
        yield* prompted("one")
        yield* prompted("two")
        const [run] = yield* House.runs(there)
        assert.strictEqual(yield* stop(run?.run_id ?? ""), "Stopped.")
        assert.strictEqual((yield* ended(there)).status, "stopped")
        assert.strictEqual(yield* stop(run?.run_id ?? ""), "That run is over: it is stopped.")
        yield* post(here, "waits")
        yield* settle
        assert.strictEqual(yield* stop("waits"), "The message is taken out of the queue.")
        assert.strictEqual(yield* stop("here"), "Stopped.")
        assert.deepStrictEqual(yield* House.states(here), { one: "stopped", waits: "dropped" })
        yield* post(there, "three")
        yield* prompted("three")
        assert.strictEqual(yield* stop(run?.run_id ?? ""), "That run is over: it is stopped.")
        assert.strictEqual((yield* House.runs(there)).at(-1)?.status, "running")
      })
    )
  )

  it.effect("is offered what is at work where the person may stop it, and what waits here", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("one", working().script)
        const here = yield* room("here")
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "later")
        yield* settle
        const [run] = yield* House.runs(here)
        const offered = yield* complete(bob, here, "stop", "target")
        assert.deepStrictEqual(
          offered.map(({ value }) => value),
          [run?.run_id, "later"] as Array<string>
        )
        assert.lengthOf(yield* complete(bob, here, "stop", "target", "LATER"), 1)
        assert.deepStrictEqual(yield* complete(eve, here, "stop", "target"), [])
      }),
      keys
    )
  )
})

describe("Runs", () => {
  it.effect("are listed with their ends, and shown one by one", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        assert.strictEqual(yield* text(owner, here, "runs"), "Nothing has run here yet.")
        yield* post(here, "hello")
        const { run_id } = yield* ended(here)
        assert.include(yield* text(owner, here, "runs"), `\`${run_id}\` completed after 0s`)
        const shown = yield* text(owner, here, "run", { run_id })
        assert.include(shown, "Status: completed")
        assert.include(shown, "Answer to: hello")
        const elsewhere = yield* room("elsewhere")
        const command = (where: typeof here) =>
          Conversations.use((all) => all.command(owner, where.channel_id, "run", { run_id }))
        assert.isUndefined((yield* command(here)).private)
        assert.isTrue((yield* command(elsewhere)).private)
        assert.deepStrictEqual(
          (yield* complete(owner, here, "run", "run_id")).map(({ value }) => value),
          [run_id] as Array<string>
        )
      })
    )
  )
})

describe("Tasks", () => {
  it.effect("are set, shown, changed, turned off and taken away by command", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        assert.strictEqual(yield* text(owner, here, "tasks"), "Nothing is scheduled here.")
        const draft = { schedule: "1h30m", type: "interval", prompt: "look at `the` mail" }
        assert.strictEqual(yield* text(owner, here, "schedule", draft), "Task 1 is scheduled (next: in 1h30m).")
        assert.include(
          yield* text(owner, here, "tasks"),
          "- **ID 1** [interval] [enabled] `1h30m` – look at `the` mail (next: in 1h30m)"
        )
        assert.include(yield* text(owner, here, "task", { task_id: "1" }), "Status: enabled")
        assert.strictEqual(yield* text(owner, here, "toggle", { task_id: "1" }), "Task 1 is disabled.")
        assert.match(yield* text(owner, here, "toggle", { task_id: "1" }), /^Task 1 is enabled/)
        assert.match(yield* text(owner, here, "edit", { task_id: "1", schedule: "2h" }), /is changed \(next: in 2h\)/)
        assert.deepStrictEqual(yield* complete(owner, here, "toggle", "task_id", "mail"), [
          { name: "1 [interval] look at `the` mail", value: "1" }
        ])
        const elsewhere = yield* room("elsewhere")
        const shown = (where: House.Room) =>
          Effect.map(give(owner, where, "task", { task_id: "1" }), ({ private: hidden = false }) => hidden)
        assert.deepStrictEqual([yield* shown(here), yield* shown(elsewhere)], [false, true])
        yield* give(owner, here, "edit", { task_id: "1", prompt: "🐙".repeat(120) })
        const [octopuses] = yield* complete(owner, here, "toggle", "task_id")
        assert.strictEqual(octopuses?.name, `1 [interval] ${"🐙".repeat(43)}…`)
        assert.strictEqual(yield* text(owner, here, "cancel", { task_id: "1" }), "Task 1 is cancelled.")
        assert.deepInclude(yield* refusal(here, "cancel", { task_id: "1" }), { reason: "not_found" })
      })
    )
  )

  it.effect("come from templates, each once", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        assert.include(yield* text(owner, here, "template list"), "- **daily** [cron] `0 9 * * *` – Every day")
        assert.match(
          yield* text(owner, here, "template add", { name: "daily" }),
          /^The template daily is task 1 here now/
        )
        assert.match(yield* text(owner, here, "template-add", { name: "daily" }), /is there already: it is task 1/)
        assert.deepInclude(yield* refusal(here, "template-add", { name: "none" }), { reason: "not_found" })
        assert.include(
          (yield* complete(owner, here, "template-add", "name", "dai")).map(({ value }) => value),
          "daily"
        )
      }),
      {
        task_templates: [
          { name: "daily", description: "Every day", schedule: "0 9 * * *", type: "cron", prompt: "look" }
        ]
      }
    )
  )
})

describe("The agent's own commands", () => {
  it.effect("are offered as the last start told them, in a new thread too, and sent as whoever gave them", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        assert.deepStrictEqual(yield* complete(owner, here, "cc", "command"), [])
        yield* Channels.use((channels) => channels.offer(here.channel_id, ["compact", "review"]))
        const thread = yield* Conversations.use((all) =>
          all.createThread(owner, { channel_id: here.channel_id, name: "t" })
        )
        assert.deepStrictEqual(yield* complete(bob, thread, "cc", "command", "/rev"), [
          { name: "/review", value: "review" }
        ])
        assert.strictEqual(yield* text(bob, here, "cc", { command: "review all" }), "/review all is sent to the agent.")
        yield* ended(here)
        assert.strictEqual(world.prompts().at(-1), "/review all")
      }),
      keys
    )
  )

  it.effect("are kept when a process tells them", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        yield* post(here, "one")
        yield* ended(here)
        assert.deepStrictEqual(yield* Channels.use((channels) => channels.offered(here.channel_id)), ["compact"])
      })
    )
  )
})

describe("Roles", () => {
  it.effect("are given and taken by owners, for people and for roles, and hold at once", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        assert.strictEqual(
          yield* text(ada, here, "allow_user", { target_id: "<@!300>" }),
          "✅ <@300> is member here now."
        )
        assert.match(yield* text(eve, here, "status"), /Nothing runs here/)
        const elsewhere = yield* room("elsewhere")
        yield* post(elsewhere, "hello")
        const { run_id } = yield* ended(elsewhere)
        assert.deepInclude(yield* Effect.flip(give(eve, here, "run", { run_id })), { _tag: "Denied" })
        yield* give(ada, here, "deny_user", { target_id: "300" })
        assert.deepInclude(yield* Effect.flip(give(eve, here, "status")), { _tag: "Denied" })
        assert.match(
          yield* text(ada, here, "allow_role", { target_id: "77", role: "owner" }),
          /^✅ Role <@&77> is owner/
        )
        const boss = person("301", "Zed", "77")
        yield* give(boss, here, "allow_user", { target_id: "300", role: "owner" })
        yield* give(boss, here, "deny_role", { target_id: "77" })
        assert.deepInclude(yield* Effect.flip(give(boss, here, "status")), { _tag: "Denied" })
      }),
      keys
    )
  )

  it.effect("begin with a claim by the code, once, also where the channel is not known yet", () =>
    house(
      Effect.gen(function* () {
        const nowhere = { ...(yield* room("room")), channel_id: "discord:9" as House.Room["channel_id"] }
        assert.isTrue(yield* Claims.use((claims) => claims.wanted))
        const wrong = yield* Effect.flip(give(eve, nowhere, "claim", { code: "wrong" }))
        assert.deepInclude(wrong, { _tag: "Refused", field: "code" })
        assert.deepInclude(yield* Effect.flip(give(eve, nowhere, "iamtheowner")), { field: "code" })
        assert.deepInclude(yield* refusal(nowhere, "claim", { code: "any" }), { reason: "conflict" })
        const code = Option.getOrThrow(yield* Claims.use(({ codes }) => Stream.runHead(codes)))
        assert.strictEqual(yield* text(eve, nowhere, "claim", { code }), "✅ <@300> is the owner now.")
        assert.match(yield* text(eve, yield* room("other"), "status"), /Nothing runs here/)
        assert.deepInclude(yield* Effect.flip(give(bob, nowhere, "claim", { code })), { reason: "conflict" })
      }),
      { ...keys, permissions: {} }
    )
  )
})
