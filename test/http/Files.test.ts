import { readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Outgoing } from "../../src/services/Outgoing.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

const room = ChannelId.make("local:files")

layer(ApiLayer.layer(), { excludeTestServices: true })("files of messages", (it) => {
  const sent = Effect.gen(function* () {
    yield* Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: "files" }))
    const { path } = yield* Outgoing.use((outgoing) => outgoing.keepFor(room, new TextEncoder().encode("<script>")))
    const attachments = [{ name: "a b.html", mime: "application/octet-stream", path }]
    const say = { channel_id: room, run_id: null, key: path, content: "look", attachments }
    return { id: yield* Messages.use((messages) => messages.say(say)), path }
  })

  it.effect("are named with their message, and downloaded by whoever has a token", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { id } = yield* sent
      const listed = (yield* api.call("GET", `/api/channels/${room}/messages`)).json as ReadonlyArray<object>
      assert.deepInclude(listed[0], {
        message_id: id,
        files: [{ name: "a b.html", mime: "application/octet-stream" }]
      })
      const at = `/api/channels/${room}/files/${id}/a%20b.html`
      const file = yield* api.call("GET", at)
      assert.strictEqual(file.status, 200)
      assert.strictEqual(file.text, "<script>")
      assert.strictEqual(file.headers.get("content-disposition"), "attachment; filename*=UTF-8''a%20b.html")
      assert.strictEqual(file.headers.get("x-content-type-options"), "nosniff")
      assert.strictEqual((yield* api.bare(at)).status, 401)
    })
  )

  it.effect("are the only ones: no other name, none beside the work directory, none that is gone", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { id } = yield* sent
      const status = (path: string) => Effect.map(api.call("GET", path), (answer) => answer.status)
      assert.strictEqual(yield* status(`/api/channels/${room}/files/${id}/other`), 404)
      assert.strictEqual(yield* status(`/api/channels/${room}/files/${id}/..%2F..%2Fconfig.json`), 404)
      assert.strictEqual(yield* status(`/api/channels/${room}/files/nothing/a%20b.html`), 404)
      const secret = `${api.home}/secret`
      writeFileSync(secret, "secret")
      yield* Messages.use((messages) =>
        messages.accept({
          channel_id: room,
          message_id: "theirs" as never,
          author_id: "u",
          author_name: "u",
          content: "",
          kind: "prompt",
          attachments: [{ name: "secret", mime: "text/plain", path: secret }]
        })
      )
      assert.strictEqual(yield* status(`/api/channels/${room}/files/theirs/secret`), 404)
    })
  )

  it.effect(
    "are people's, too: a picture as one, anything else as bytes, and nothing that the agent put there as a link",
    () =>
      Effect.gen(function* () {
        const api = yield* Api
        yield* sent
        const data = Buffer.from("<svg onload=alert(1)>").toString("base64")
        const attachments = [
          { name: "cart.png", mime: "image/png", data },
          { name: "page.html", mime: "text/html", data }
        ]
        yield* api.call("POST", `/api/channels/${room}/messages`, { content: "", message_id: "brought", attachments })
        const get = (name: string) => api.call("GET", `/api/channels/${room}/files/brought/${name}`)
        const shown = ({ headers, status, text }: ApiLayer.Answer) => [status, headers.get("content-type"), text]
        assert.deepStrictEqual(shown(yield* get("cart.png")), [200, "image/png", "<svg onload=alert(1)>"])
        const page = yield* get("page.html")
        assert.deepStrictEqual(shown(page), [200, "application/octet-stream", "<svg onload=alert(1)>"])
        assert.match(page.headers.get("content-disposition") ?? "", /^attachment;/)
        const work = join(api.home, ".loop/channels", readdirSync(join(api.home, ".loop/channels"))[0] ?? "", "work")
        // Longer than anything that may come, and nothing on the disk.
        truncateSync(join(work, ".loop/inbox/brought/cart.png"), 26 * 1024 * 1024)
        assert.strictEqual((yield* get("cart.png")).status, 404)
        const kept = join(work, ".loop/inbox/brought/page.html")
        writeFileSync(join(api.home, "secret"), "secret")
        rmSync(kept)
        symlinkSync(join(api.home, "secret"), kept)
        assert.strictEqual((yield* get("page.html")).status, 404)
      })
  )
})
