/** `loop onboard:global`, as a newcomer meets it. */
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { decodeConfig } from "../../src/domain/Config.ts"
import { loop, loopHome } from "../support/Command.ts"

const homes = { HOME: "/home/test", LOOP_HOME: "/home/test/.loop" }
const read = (path: string) => Result.getOrThrow(decodeConfig(readFileSync(path, "utf8"), homes, "UTC")).config

/** Nothing is there yet, not even the directory. */
const nowhere = Effect.gen(function* () {
  const home = yield* loopHome()
  rmSync(home.env.LOOP_HOME, { recursive: true })
  return home
})

const link = (app: string, guild = "") =>
  `https://discord.com/oauth2/authorize?client_id=${app}&scope=bot+applications.commands&permissions=395137109072${guild}`

describe("loop onboard:global", () => {
  it.live("makes a home from nothing, readable by its owner alone, and says what comes next", () =>
    Effect.gen(function* () {
      const home = yield* nowhere
      const { code, stderr, stdout } = yield* loop(home, ["onboard:global"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.strictEqual(statSync(home.config).mode & 0o777, 0o600)
      assert.strictEqual(statSync(home.env.LOOP_HOME).mode & 0o777, 0o700)
      assert.deepStrictEqual(read(home.config).permissions.owners.users, [])
      assert.include(readdirSync(`${home.env.LOOP_HOME}/templates`), "heartbeat.md")
      assert.include(readdirSync(`${home.env.LOOP_HOME}/container`), "setup.sh")
      assert.match(
        stdout,
        /config\.json is made\.\n\nNext:\n {2}1\. .*loop key set\n {2}2\. For Discord, set platforms/
      )
      assert.match(stdout, /loop doctor\n.*loop serve, .*loop daemon:start\n.*loop url\n$/)
      assert.isAtMost(stdout.match(/^ {2}\d\. /gm)?.length ?? 0, 9)
    })
  )

  it.live("keeps what its owner has written, and makes what is missing", () =>
    Effect.gen(function* () {
      const home = yield* nowhere
      yield* loop(home, ["setup"])
      const mine = `{ busy: "steer", anthropic_api_key: "sk-ant-mine" }`
      writeFileSync(home.config, mine)
      const { LOOP_HOME } = home.env
      writeFileSync(`${LOOP_HOME}/templates/heartbeat.md`, "mine")
      writeFileSync(`${LOOP_HOME}/container/setup.sh`, "#!/bin/sh\n# mine\n")
      rmSync(`${LOOP_HOME}/templates/daily-summary.md`)
      const { code, stdout } = yield* loop(home, ["o:global"])
      assert.strictEqual(code, 0)
      assert.match(stdout, /is there already and is kept/)
      assert.notInclude(stdout, "loop key set")
      assert.notInclude(stdout, "sk-ant-mine")
      assert.strictEqual(readFileSync(home.config, "utf8"), mine)
      assert.strictEqual(readFileSync(`${LOOP_HOME}/templates/heartbeat.md`, "utf8"), "mine")
      assert.include(readFileSync(`${LOOP_HOME}/container/setup.sh`, "utf8"), "# mine")
      assert.isTrue(existsSync(`${LOOP_HOME}/templates/daily-summary.md`))
    })
  )

  it.live("prints the invite link with the application's id and all that the bot needs, as the doctor does", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(
        `{ platforms: ["discord"], discord_token: "t0p-secret", discord_app_id: "4711", discord_guild_id: "815", discord_api_url: "http://127.0.0.1:9" }`
      )
      const { stdout } = yield* loop(home, ["onboard:global"])
      assert.include(stdout, `Invite the bot to your Discord server: ${link("4711", "&guild_id=815")}\n`)
      assert.match(stdout, /\/loop claim/)
      assert.notInclude(stdout, "t0p-secret")
      const doctor = yield* loop(home, ["doctor"])
      assert.include(doctor.stdout, link("4711", "&guild_id=815"))
    })
  )

  it.live("writes the first owner, and says aloud where it may not", () =>
    Effect.gen(function* () {
      const home = yield* nowhere
      assert.strictEqual((yield* loop(home, ["onboard:global", "--owner-id", "12345"])).code, 0)
      assert.deepStrictEqual(read(home.config).permissions.owners.users, ["12345"])
      assert.strictEqual((yield* loop(home, ["onboard:global", "--owner-id", "12345"])).code, 0)
      const other = yield* loop(home, ["onboard:global", "--owner-id", "678"])
      assert.strictEqual(other.code, 1)
      assert.match(other.stderr, /was not changed, so 678 is no owner yet/)
      assert.deepStrictEqual(read(home.config).permissions.owners.users, ["12345"])
      const odd = yield* loop(home, ["onboard:global", "--owner-id", `x"], "roles": ["y`])
      assert.match(odd.stderr, /is no person's id/)
    })
  )

  it.live("begins anew with --force and puts the old configuration aside, as often as it is told", () =>
    Effect.gen(function* () {
      const home = yield* loopHome("{ this is: not")
      chmodSync(home.config, 0o644)
      assert.strictEqual((yield* loop(home, ["onboard:global"])).code, 1)
      const { code, stdout } = yield* loop(home, ["onboard:global", "--force"])
      assert.strictEqual(code, 0)
      assert.include(stdout, `${home.config} is made anew; the old one is ${home.config}.old now.`)
      assert.strictEqual(statSync(home.config).mode & 0o777, 0o600)
      assert.strictEqual(statSync(`${home.config}.old`).mode & 0o777, 0o600)
      assert.strictEqual(readFileSync(`${home.config}.old`, "utf8"), "{ this is: not")
      yield* loop(home, ["onboard:global", "--force"])
      assert.isTrue(existsSync(`${home.config}.old2`))
    })
  )
})
