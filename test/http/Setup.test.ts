/** How an installation is set up, as its owner reads it: findings, configuration, grants. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

interface Key {
  readonly key: string
  readonly value: unknown
  readonly default: string
}

const secrets = { anthropic_api_key: "sk-ant-never-shown", envs: { DEPLOY_TOKEN: "never-shown-either" } }
const permissions = { owners: { users: ["1"], roles: [] }, members: { users: [], roles: ["crew"] } }

layer(ApiLayer.layer({ config: { ...secrets, permissions, busy: "steer" } }), { excludeTestServices: true })(
  "the setup",
  (it) => {
    it.effect("shows the configuration in force key by key, and no secret of it", () =>
      Effect.gen(function* () {
        const api = yield* Api
        const { json, text } = yield* api.call("GET", "/api/config")
        const { keys, path, problems } = json as {
          readonly keys: ReadonlyArray<Key>
          readonly path: string
          readonly problems: unknown
        }
        const valueOf = (name: string) => keys.find(({ key }) => key === name)
        assert.deepInclude(valueOf("busy"), { value: "steer", default: '`"queue"`' })
        assert.deepInclude(valueOf("permissions.members.roles"), { value: ["crew"] })
        assert.deepInclude(valueOf("anthropic_api_key"), { value: "(hidden)" })
        assert.deepInclude(valueOf("discord_token"), { value: "" })
        assert.deepInclude(valueOf("envs"), { value: { DEPLOY_TOKEN: "(hidden)" } })
        assert.notInclude(text, "never-shown")
        assert.include(path, api.home)
        assert.deepStrictEqual(problems, [])
      })
    )

    it.effect("has what the doctor finds, asked in a process of its own", () =>
      Effect.gen(function* () {
        const api = yield* Api
        const { json, status } = yield* api.call("GET", "/api/doctor")
        assert.strictEqual(status, 200)
        const checks = json as ReadonlyArray<{
          readonly name: string
          readonly status: string
          readonly detail: string
        }>
        const home = checks.find(({ name }) => name === "home")
        assert.include(home?.detail, api.home)
        assert.includeMembers(
          checks.map(({ name }) => name),
          ["key", "sandbox", "network"]
        )
      })
    )

    it.effect("names who may do what and where, and gives and takes roles in a channel", () =>
      Effect.gen(function* () {
        const api = yield* Api
        const channel_id = ChannelId.make("discord:42")
        yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "discord", name: "crew room" }))
        const seen = Effect.map(api.call("GET", "/api/access"), ({ json }) => json)
        const nobody = { users: [], roles: [] }
        const base = { config: permissions, everywhere: { owners: nobody, members: nobody } }
        assert.deepStrictEqual(yield* seen, { ...base, channels: [] })
        const give = { channel_id, kind: "user", id: "7", role: "member" }
        assert.strictEqual((yield* api.call("POST", "/api/access", give)).status, 204)
        const grants = { owners: nobody, members: { users: ["7"], roles: [] } }
        const place = { channel_id, name: "crew room", platform: "discord" }
        assert.deepStrictEqual(yield* seen, { ...base, channels: [{ ...place, grants }] })
        assert.strictEqual((yield* api.call("POST", "/api/access", { ...give, role: null })).status, 204)
        assert.deepStrictEqual(yield* seen, { ...base, channels: [] })
        const unknown = yield* api.call("POST", "/api/access", { ...give, channel_id: "discord:43" })
        assert.strictEqual(unknown.status, 404)
      })
    )
  }
)
