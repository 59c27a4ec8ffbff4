import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loop, loopHome, start } from "../support/Command.ts"
import { fakeServer } from "../support/FakeServer.ts"

const config = `{ "api_addr": ":0", "sandbox": "docker", "docker_host": "unix:///nowhere/docker.sock" }`

describe("loop serve", () => {
  it.live("does not start with a configuration that cannot be used, and prints every problem", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(`{\n  "bussy": 1,\n  "platforms": ["slack"]\n}`)
      const { code, stderr, stdout } = yield* loop(home, ["serve"])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, `${home.config}:2: bussy: There is no such key; did you mean busy?\n`)
      assert.include(stderr, `${home.config}:3: platforms: slack is not there yet; take it out of the list\n`)
    })
  )

  it.live("says where it listens, leaves the predecessor's database alone, and ends when it is told to", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(config)
      const theirs = `${home.env.LOOP_HOME}/loop.db`
      writeFileSync(theirs, "not ours")
      const server = yield* start(home, ["s"])
      yield* server.says("listening on http://127.0.0.1:")
      yield* server.signal("SIGTERM")
      const { code, stderr, stdout } = yield* server.ended
      assert.strictEqual(code, 0)
      assert.match(stdout, /^listening on http:\/\/127\.0\.0\.1:[1-9]\d*\n$/)
      assert.include(stderr, `${theirs} is the predecessor's database and is left alone`)
      assert.include(stderr, `stop this server and run: loop import --from ${home.env.LOOP_HOME}`)
      assert.strictEqual(readFileSync(theirs, "utf8"), "not ours")
      assert.deepStrictEqual(
        readdirSync(home.env.LOOP_HOME).filter((name) => name.startsWith("loop.db")),
        ["loop.db"]
      )
    })
  )

  it.live("prints the code that makes the first owner on a chat platform, and none where there is an owner", () =>
    Effect.gen(function* () {
      const discord = {
        ...JSON.parse(config),
        platforms: ["local", "discord"],
        discord_token: "t",
        discord_app_id: "1",
        discord_api_url: "http://127.0.0.1:1/api"
      }
      const unowned = yield* start(yield* loopHome(JSON.stringify(discord)), ["serve"])
      yield* unowned.says("Write there: /loop claim ")
      yield* unowned.signal("SIGTERM")
      const shown = yield* unowned.ended
      assert.match(
        shown.stdout,
        /^Nobody owns this Loop on chat platforms yet\. Write there: \/loop claim [a-z2-7]{8}$/m
      )
      assert.notMatch(shown.stderr, /\/loop claim/)
      const owned = { ...discord, permissions: { owners: { users: ["1"] } } }
      const server = yield* start(yield* loopHome(JSON.stringify(owned)), ["serve"])
      yield* server.says("listening on")
      yield* server.signal("SIGTERM")
      assert.notInclude((yield* server.ended).stdout, "claim")
    })
  )

  it.live("answers nothing that its configuration holds secret, wherever that is kept", () =>
    Effect.gen(function* () {
      const [key, kept] = ["sk-ant-0123456789abcdef", "forge-0123456789abcdef"]
      const secret = { name: "forge", host: "git.test.example", env: "FORGE", header: "authorization" }
      const home = yield* loopHome(JSON.stringify({ ...JSON.parse(config), anthropic_api_key: key, secrets: [secret] }))
      const server = yield* start(home, ["serve"], { env: { FORGE: kept } })
      yield* server.says("listening on")
      const url = /listening on (\S+)/.exec(server.said())?.[1] ?? ""
      const answer = yield* Effect.promise(() => fetch(`${url}/api/${key}/${kept}`).then((each) => each.text()))
      assert.include(answer, "‹secret anthropic_api_key›")
      assert.include(answer, "‹secret forge›")
      yield* server.signal("SIGTERM")
      const { stderr, stdout } = yield* server.ended
      for (const value of [key, kept]) assert.notInclude(answer + stderr + stdout, value)
    })
  )

  it.live("tells that its address is taken, and by which key to change it", () =>
    Effect.gen(function* () {
      const { url } = yield* fakeServer()
      const port = new URL(url).port
      const second = yield* loop(yield* loopHome(config.replace(":0", `:${port}`)), ["serve"])
      assert.strictEqual(second.code, 1)
      assert.match(second.stderr, /loop: The address 127\.0\.0\.1:\d+ is in use.*api_addr/)
    })
  )
})
