/** Secrets in what the HTTP interface answers: masked, whatever it is and whoever asks. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Masking } from "../../src/services/Masking.ts"
import { Api, layer as apiLayer } from "../support/Api.ts"

const VALUE = "ghp_0123456789abcdefghij"
const MASKED = "‹secret forge›"
const room = ChannelId.make("local:room")
const health = { discord: { state: "down", last_event_at: null, reason: `refused ${VALUE}` } } as const

layer(apiLayer({ health }), { excludeTestServices: true })("a secret", (it) => {
  const api = Effect.gen(function* () {
    ;(yield* Masking).learn("forge", VALUE)
    return yield* Api
  })
  const isMasked = (text: string) => {
    assert.include(text, MASKED)
    assert.notInclude(text, VALUE)
  }

  it.effect("is not in a problem, nor in the fields that it names", () =>
    Effect.gen(function* () {
      const { call } = yield* api
      isMasked((yield* call("GET", `/api/${VALUE}`)).text)
      isMasked((yield* call("GET", `/api/channels/local:${VALUE}`)).text)
      const scope = { channels: [VALUE], access: "read" }
      const { text } = yield* call("POST", "/api/tokens", { name: "a", scope })
      isMasked(text)
      assert.include(text, '"errors"')
    })
  )

  it.effect("is not in what everybody may read", () =>
    Effect.gen(function* () {
      const { bare } = yield* api
      isMasked((yield* bare("/health")).text)
    })
  )

  it.effect("is not in the audit log, nor in its rows", () =>
    Effect.gen(function* () {
      const { call } = yield* api
      const actor = { kind: "person", platform: "discord", person_id: "u1", name: `Ada ${VALUE}`, roles: [] } as const
      yield* Audit.use((audit) =>
        audit.record({ actor, action: "host.allow", target: `${VALUE}.test`, detail: { why: [VALUE] } })
      )
      isMasked((yield* call("GET", "/api/audit")).text)
      const rows = yield* SqlClient.SqlClient.use((sql) => sql`SELECT actor_name, target, detail FROM audit`)
      assert.notInclude(JSON.stringify(rows), VALUE)
    })
  )

  it.effect("is not in what a tool answers to a program outside of a box", () =>
    Effect.gen(function* () {
      const { call } = yield* api
      yield* Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: `of ${VALUE}` }))
      const ask = (name: string, args: object) =>
        call(
          "POST",
          `/mcp?channel_id=${room}`,
          { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } },
          { headers: { accept: "application/json, text/event-stream" } }
        )
      isMasked((yield* ask("search_channels", { query: "of" })).text)
      isMasked((yield* ask(VALUE, {})).text)
    })
  )
})
