import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { begin } from "../support/PlayedAgent.ts"

interface Listed {
  readonly name: string
  readonly options: ReadonlyArray<{
    readonly name: string
    readonly choices?: ReadonlyArray<{ readonly value: string }>
  }>
}

layer(ApiLayer.layer(), { excludeTestServices: true })("chat commands", (it) => {
  it.effect("are listed with their options, and what an option may mean is completed", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const channel_id = ChannelId.make("local:commands")
      yield* Channels.use((all) => all.upsert({ channel_id, platform: "local", name: "commands" }))
      yield* begin("run-commands", channel_id)
      const listed = (yield* api.call("GET", "/api/commands")).json as ReadonlyArray<Listed>
      const set = listed.find(({ name }) => name === "set")
      assert.deepInclude(set?.options[0]?.choices?.map(({ value }) => value) ?? [], "busy")
      const path = `/api/commands/run/choices?channel_id=${channel_id}&option=run_id`
      assert.deepStrictEqual((yield* api.call("GET", path)).json, [{ name: "running:", value: "run-commands" }])
      assert.deepStrictEqual((yield* api.call("GET", `${path}&typed=nothing+like+it`)).json, [])
      assert.strictEqual((yield* api.call("GET", path.replace(channel_id, "local:none"))).status, 404)
    })
  )
})
