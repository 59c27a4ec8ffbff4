import { chmodSync, existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loop, loopHome } from "../support/Command.ts"
import * as DiscordServer from "../support/discord/DiscordServer.ts"
import { fakeServer } from "../support/FakeServer.ts"

interface Report {
  readonly ok: boolean
  readonly checks: ReadonlyArray<{ name: string; status: string; detail: string; mend?: string }>
}

const examine = Effect.fnUntraced(function* (
  config: (url: string) => string,
  answers: Readonly<Record<string, { status?: number; body: unknown }>> = {},
  prepare: (config: string) => void = () => {}
) {
  const { url } = yield* fakeServer({ answers })
  const home = yield* loopHome(config(url))
  prepare(home.config)
  const { code, stdout } = yield* loop(home, ["doctor", "--json"])
  const report = JSON.parse(stdout) as Report
  const check = (name: string) => report.checks.find((each) => each.name === name)
  return { code, report, check, home, url }
})

const noEngine = `sandbox: "docker", docker_host: "unix:///nowhere/docker.sock"`
const refused = { "POST /v1/messages": { status: 401, body: { error: { message: "invalid x-api-key" } } } }
const accepted = { "POST /v1/messages": { status: 400, body: { error: { message: "Field required" } } } }
const health = { "GET /health": { body: { status: "ok", version: "9.9.9", uptime_sec: 1, platforms: {} } } }

describe("loop doctor", () => {
  it.live("finds a missing engine, a refused key and a stranger at the address, and says how to mend each", () =>
    Effect.gen(function* () {
      const { check, code, report } = yield* examine(
        (url) =>
          `{ ${noEngine}, anthropic_base_url: "${url}", anthropic_api_key: "sk-ant-1", api_addr: "${url.slice(7)}" }`,
        refused
      )
      assert.deepStrictEqual([code, report.ok], [1, false])
      assert.strictEqual(check("sandbox")?.status, "fail")
      assert.match(check("sandbox")?.mend ?? "", /Start Docker/)
      assert.match(check("key")?.detail ?? "", /refused \(401: invalid x-api-key\)/)
      assert.strictEqual(check("key")?.mend, "Run: loop key set")
      assert.match(check("server")?.detail ?? "", /no Loop answers/)
      assert.notInclude(JSON.stringify(report), "sk-ant-1")
    })
  )

  it.live("recognises a server that runs and a key that works", () =>
    Effect.gen(function* () {
      const { check, url } = yield* examine(
        (url) =>
          `{ ${noEngine}, anthropic_base_url: "${url}", anthropic_api_key: "sk-ant-1", api_addr: "${url.slice(7)}" }`,
        { ...accepted, ...health }
      )
      assert.deepStrictEqual(check("key"), { name: "key", status: "ok", detail: `${url} accepts the key` })
      assert.deepStrictEqual(check("server"), { name: "server", status: "ok", detail: `Loop 9.9.9 answers at ${url}` })
    })
  )

  it.live("says what agents can reach, which commands the box needs, and who else can read the files", () =>
    Effect.gen(function* () {
      const { check, home } = yield* examine(
        () =>
          `{ ${noEngine}, network: { allow: ["example.com"], host_services: ["5432"] },
            mcp: { servers: { tickets: { command: "tickets-mcp" } } } }`,
        {},
        (config) => chmodSync(config, 0o644)
      )
      assert.strictEqual(
        check("network")?.detail,
        "allowlist: agents reach package registries, git forges and example.com, and this machine's ports 5432"
      )
      assert.match(check("mcp")?.detail ?? "", /tickets \(tickets-mcp\)/)
      assert.strictEqual(check("home")?.mend, `Run: chmod go-rwx ${home.config}`)
      assert.match(check("key")?.detail ?? "", /There is no key/)
    })
  )

  it.live("looks at the account on Discord, where that is configured", () =>
    Effect.gen(function* () {
      const { api, applicationId, guild, token } = yield* DiscordServer.make({ messageContent: false })
      const { check, code, report } = yield* examine(
        () =>
          `{ ${noEngine}, platforms: ["discord"], discord_api_url: "${api}", discord_token: "${token}",
            discord_app_id: "${applicationId}", discord_guild_id: "${guild.id}" }`
      )
      assert.strictEqual(code, 1)
      assert.deepInclude(check("discord"), { status: "fail", detail: "Loop may not read messages" })
      assert.isUndefined(check("platform"))
      assert.notInclude(JSON.stringify(report), token)
    })
  )

  it.live("says how boxes of an engine reach the server, as far as it is known", () =>
    Effect.gen(function* () {
      const engine = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock"
      const said = (keys: string) =>
        Effect.map(
          examine(() => `{ sandbox: "docker", docker_host: "${engine}"${keys} }`),
          ({ check }) => check("sandbox")
        )
      const way = "Agents run in containers, which reach Loop by"
      assert.deepInclude(yield* said(`, container_relay: "exec"`), {
        status: "ok",
        detail: `${way} the engine's exec stream (container_relay)`
      })
      assert.include((yield* said(""))?.detail, "the first one finds out")
    })
  )

  it.live("chooses no sandbox for good: it only looks", () =>
    Effect.gen(function* () {
      const { check, home } = yield* examine(() => "{}")
      assert.isDefined(check("sandbox"))
      assert.isFalse(existsSync(`${home.dir}/h/sandbox`))
    })
  )

  it.live("reports a configuration that cannot be used", () =>
    Effect.gen(function* () {
      const { check, code } = yield* examine(() => "{\n  bussy: 1 }")
      assert.strictEqual(code, 1)
      assert.match(check("config")?.detail ?? "", /config\.json:2: bussy: There is no such key/)
    })
  )

  it.live("prints a line for each thing, with the mending under it", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(
        `{ ${noEngine}, network: "open", share_claude_home: true, allow_engine_socket: true }`
      )
      const { code, stderr, stdout } = yield* loop(home, ["doctor"])
      assert.deepStrictEqual([code, stderr], [1, "loop: 2 things have to be mended.\n"])
      assert.match(stdout, /^FAIL key {6}There is no key for the model\n {14}Run: loop key set$/m)
      assert.match(stdout, /^note network {2}open: agents reach any host of the internet/m)
      assert.match(stdout, /^note mounts {3}allow_engine_socket is true: .* root on this machine/m)
      assert.match(stdout, /^note mounts {3}share_claude_home is true: .* hooks/m)
    })
  )
})
