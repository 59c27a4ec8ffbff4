/** `loop token` and `loop audit` as processes, against the real server. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { loop, loopHome } from "../support/Command.ts"

const run = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { token, url } = yield* Api
  return yield* loop(yield* loopHome(), args, { env: { LOOP_API_URL: url, LOOP_API_TOKEN: token } })
})

layer(ApiLayer.layer(), { excludeTestServices: true })("loop token", (it) => {
  it.effect(
    "makes a token that works until it is revoked, and loop audit tells of both",
    () =>
      Effect.gen(function* () {
        const api = yield* Api
        const made = yield* run("token", "create", "ci", "--access", "read", "--expires", "2h")
        assert.deepStrictEqual(made.code, 0, made.stderr)
        const headers = { authorization: `Bearer ${made.stdout.trim()}` }
        assert.strictEqual((yield* api.bare("/api/channels", { headers })).status, 200)
        const listed = yield* run("token", "list", "--json")
        const [token] = JSON.parse(listed.stdout) as ReadonlyArray<{
          readonly id: string
          readonly name: string
          readonly scope: unknown
        }>
        assert.deepInclude(token, { name: "ci", scope: { channels: ["*"], access: "read" } })
        assert.strictEqual((yield* run("token", "revoke", token?.id ?? "")).code, 0)
        assert.strictEqual((yield* api.bare("/api/channels", { headers })).status, 401)
        const log = yield* run("audit", "--limit", "2")
        assert.match(log.stdout, /owner\tcli\ttoken\.revoke\t.*\n.*owner\tcli\ttoken\.create\t/)
      }),
    { timeout: 120_000 }
  )
})
