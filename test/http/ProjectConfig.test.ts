/** A project's file and a channel's mounts over HTTP, on real files. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { Settings } from "../../src/services/Settings.ts"
import { hostDirectory } from "../support/Boxes.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

interface Shown {
  readonly state: string
  readonly directory?: string
  readonly keys?: ReadonlyArray<string>
  readonly hash: string
  readonly difference: string
}

const project = Effect.fnUntraced(function* (text?: string) {
  const api = yield* Api
  const at = yield* hostDirectory
  const dir = fs.realpathSync(at(""))
  fs.mkdirSync(join(dir, ".loop"))
  const write = (content: string) => fs.writeFileSync(join(dir, ".loop/config.json"), content)
  if (text !== undefined) write(text)
  const made = yield* api.call("POST", "/api/channels", { dir_path: dir })
  const path = `/api/channels/${(made.json as { readonly channel_id: string }).channel_id}`
  const look = Effect.map(api.call("GET", `${path}/project-config`), ({ json }) => json as Shown)
  return { api, dir, look, path, write }
})

layer(ApiLayer.layer({ config: { mount_roots: ["~/shared:ro"] } }), { excludeTestServices: true })(
  "a project's configuration",
  (it) => {
    it.effect("is shown with what waits, and approved by the hash of exactly that", () =>
      Effect.gen(function* () {
        const { api, dir, look, path, write } = yield* project(`{ mounts: ["/srv:/srv:ro"], claude_model: "opus" }`)
        const waiting = yield* look
        assert.deepInclude(waiting, { state: "waiting", directory: dir, keys: ["mounts"] })
        assert.include(waiting.difference, '+     "/srv:/srv:ro"')
        write(`{ mounts: ["/srv:/srv"] }`)
        const late = yield* api.call("POST", `${path}/project-config/approve`, { hash: waiting.hash })
        assert.strictEqual(late.status, 409)
        assert.include(late.text, "has changed since")
        const { hash } = yield* look
        assert.strictEqual((yield* api.call("POST", `${path}/project-config/approve`, { hash })).status, 200)
        assert.deepInclude(yield* look, { state: "approved", hash })
        assert.strictEqual((yield* api.call("POST", `${path}/project-config/decline`, { hash })).status, 200)
        assert.deepInclude(yield* look, { state: "declined", hash })
      })
    )

    it.effect("that asks for nothing has nothing to approve", () =>
      Effect.gen(function* () {
        const { api, look, path } = yield* project()
        assert.deepStrictEqual(yield* look, { state: "none" } as never)
        const answer = yield* api.call("POST", `${path}/project-config/approve`, { hash: "0".repeat(64) })
        assert.strictEqual(answer.status, 409)
      })
    )

    it.effect("does not reach beyond the operator's roots by a channel's own mounts", () =>
      Effect.gen(function* () {
        const { api, path } = yield* project()
        const { paths } = yield* Settings
        const shared = join(fs.realpathSync(paths.userHome), "shared")
        fs.mkdirSync(join(shared, "docs"), { recursive: true })
        fs.symlinkSync("/etc/ssl", join(shared, "out"))
        const set = (mounts: ReadonlyArray<string>) => api.call("PATCH", path, { mounts })
        for (const [mount, why] of [
          ["/srv:/srv:ro", "is not there|mount_roots"],
          ["~/shared/docs:/docs", "read only"],
          ["~/shared/out:/out:ro", "mount_roots"],
          ["~/.loop:/x:ro", "LOOP_HOME"],
          ["postgres:/db", "neither in mounts nor in mount_roots"],
          ["nonsense", "is none"]
        ] as const) {
          const answer = yield* set([mount])
          assert.strictEqual(answer.status, 400, mount)
          assert.match(answer.text, new RegExp(why), mount)
        }
        const good = yield* set(["~/shared/docs:/docs:ro"])
        assert.strictEqual(good.status, 200)
        assert.deepInclude(good.json as object, { settings: { mounts: ["~/shared/docs:/docs:ro"] } })
        const command = { channel_id: path.split("/").at(-1), command: "set", options: { key: "mounts" } }
        assert.include((yield* api.call("POST", "/api/commands", command)).text, "~/shared/docs:/docs:ro")
      })
    )

    it.effect("is not looked for where no agent may work", () =>
      Effect.gen(function* () {
        const api = yield* Api
        const { paths } = yield* Settings
        for (const dir_path of ["/", "/etc", paths.userHome, paths.home]) {
          const answer = yield* api.call("POST", "/api/channels", { dir_path })
          assert.strictEqual(answer.status, 400, dir_path)
          assert.include(answer.text, "cannot be a work directory")
        }
      })
    )
  }
)
