import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Messages } from "../../src/services/Messages.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { openRoom, wait } from "../support/Room.ts"

const mega = 1024 * 1024

interface Picked {
  readonly name: string
  /** In bytes. */
  readonly size: number
}
const file = (name: string, size: number): Picked => ({ name, size })

/** Gives files to an element as the clipboard or a drag does; what is in them is `text`. */
const give = (kind: "paste" | "drop", target: string, name: string, text: string) =>
  `(() => {
    const data = new DataTransfer()
    data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: "text/plain" }))
    const how = { bubbles: true, cancelable: true }
    document.querySelector(${JSON.stringify(target)}).dispatchEvent(${
      kind === "paste"
        ? `new ClipboardEvent("paste", { ...how, clipboardData: data })`
        : `new DragEvent("drop", { ...how, dataTransfer: data })`
    })
  })()`

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("the composer", (it) => {
  const opened = (name: string, size = {}) =>
    Effect.gen(function* () {
      const room = yield* openRoom(name, size)
      const picked = join((yield* Api).home, name)
      mkdirSync(picked)
      const pathOf = ({ name, size }: Picked) => {
        writeFileSync(join(picked, name), "")
        truncateSync(join(picked, name), size)
        return join(picked, name)
      }
      const pick = (...files: ReadonlyArray<Picked>) =>
        wait(async () => {
          const [chooser] = await Promise.all([
            room.page.waitForEvent("filechooser"),
            room.page.getByRole("button", { name: "Attach files" }).click()
          ])
          await chooser.setFiles(files.map(pathOf))
        })
      const stored = Effect.map(
        Messages.use((all) => all.queued(room.id)),
        (queued) => queued.at(-1)
      )
      const send = wait(() => room.page.getByRole("button", { name: "Send" }).click())
      return { ...room, pick, stored, send, shown: room.page.locator("#attached li") }
    })

  it.effect("sends files that were picked, pasted and dropped, each with its name and size before", () =>
    Effect.gen(function* () {
      const { failures, page, pick, sees, send, shown, stored } = yield* opened("three")
      yield* pick(file("figures ü.csv", 2048), file("gone.txt", 1))
      yield* sees("#attached li", "2 KB")
      yield* wait(() => page.evaluate(give("paste", "#text", "pasted.txt", "clip")))
      yield* wait(() => page.evaluate(give("drop", "#timeline", "dropped.txt", "drag")))
      yield* wait(() => page.getByRole("button", { name: "Remove gone.txt" }).click())
      const names = shown.locator(".name")
      assert.deepStrictEqual(yield* wait(() => names.allInnerTexts()), ["figures ü.csv", "pasted.txt", "dropped.txt"])
      yield* wait(() => page.getByLabel("Message", { exact: true }).fill("look at these"))
      yield* send
      yield* sees("article.person .files", "dropped.txt")
      const kept = (yield* stored)?.attachments ?? []
      assert.deepStrictEqual(
        kept.map(({ path, name }) => [name, readFileSync(path).length]),
        [
          ["figures ü.csv", 2048],
          ["pasted.txt", 4],
          ["dropped.txt", 4]
        ]
      )
      assert.strictEqual(readFileSync(kept[1]?.path ?? "", "utf8"), "clip")
      assert.strictEqual(yield* wait(() => shown.count()), 0)
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("shows a person's own picture, and gives out what was sent with it", () =>
    Effect.gen(function* () {
      const { failures, page, pick, sees, send } = yield* opened("thumbnail")
      // A PNG of one pixel.
      const bytes = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
      yield* wait(() =>
        page.locator("input[type=file]").setInputFiles({
          name: "cart.png",
          mimeType: "image/png",
          buffer: Buffer.from(bytes, "base64")
        })
      )
      yield* pick(file("cart.csv", 4))
      yield* send
      yield* sees("article.person .files a", "cart.csv")
      const shown = "document.querySelector('article.person .picture img')"
      yield* wait(() => page.locator("article.person .picture img").waitFor())
      assert.strictEqual(yield* wait(() => page.evaluate(`${shown}.decode().then(() => ${shown}.naturalWidth)`)), 1)
      const [download] = yield* wait(() =>
        Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "cart.csv" }).click()])
      )
      const path = yield* wait(() => download.path())
      assert.lengthOf(readFileSync(path), 4)
      assert.deepStrictEqual(failures, [])
    })
  )

  it.effect("sends files without a word", () =>
    Effect.gen(function* () {
      const { page, pick, sees, send, stored } = yield* opened("silent")
      yield* pick(file("empty.bin", 0))
      yield* sees("#attached li", "0 B")
      yield* send
      yield* sees("article.person .files", "empty.bin")
      assert.deepInclude(yield* stored, { content: "" })
      yield* wait(() => page.reload())
      yield* sees("article.person .files", "empty.bin")
      yield* sees("article.person .by b", "You")
    })
  )

  it.effect("says before sending that files are too large, and keeps what was there", () =>
    Effect.gen(function* () {
      const { page, pick, sees, send, shown, stored } = yield* opened("large")
      yield* pick(file("good.bin", 10 * mega))
      yield* pick(file("other.bin", 9 * mega))
      yield* sees("#problem", "These files are too large together (19.0 MB): the files of a message may have 18.0 MB.")
      yield* pick(file("huge.bin", 19 * mega))
      yield* sees("#problem", "huge.bin is too large (19.0 MB)")
      assert.deepStrictEqual(yield* wait(() => shown.locator(".name").allInnerTexts()), ["good.bin"])
      yield* pick(file("fits.bin", 8 * mega))
      yield* send
      yield* sees("article.person .files", "fits.bin")
      assert.strictEqual((yield* stored)?.attachments.length, 2)
      yield* wait(() => page.locator("#problem").waitFor({ state: "hidden" }))
    })
  )

  it.effect("fits on a phone, however long the names of files and the labels of buttons are", () =>
    Effect.gen(function* () {
      const { id, page, pick, sees, send } = yield* opened("narrow", { width: 360, height: 640 })
      const label = "Allow".repeat(16)
      const buttons = [[{ id: "host:a", label, style: "primary" as const }]]
      yield* Messages.use((all) => all.say({ channel_id: id, run_id: null, key: "b", content: "may it?", buttons }))
      yield* sees("article .buttons", label)
      const parts = ["html", "#timeline", "footer", "#attached"]
      const overflow = wait(() =>
        page.evaluate(
          `${JSON.stringify(parts)}.map((part) => document.querySelector(part)).map((node) => node.scrollWidth - node.clientWidth)`
        )
      )
      yield* pick(file(`${"long".repeat(50)}.txt`, 1))
      yield* sees("#attached li", "1 B")
      assert.deepStrictEqual(yield* overflow, [0, 0, 0, 0])
      yield* send
      yield* sees("article.person .files", "long")
      assert.deepStrictEqual(yield* overflow, [0, 0, 0, 0])
    })
  )

  it.effect("keeps text and files that could not be sent, and sends them once", () =>
    Effect.gen(function* () {
      const { id, page, pick, sees, send, shown } = yield* opened("again")
      yield* pick(file("notes.txt", 3))
      yield* wait(() => page.getByLabel("Message", { exact: true }).fill("keep me"))
      let lost = 0
      // The server has stored it; its answer is lost.
      yield* wait(() =>
        page.route("**/messages", async (route) => {
          if (route.request().method() !== "POST" || lost++ > 0) return route.continue()
          await route.fetch()
          await route.abort()
        })
      )
      yield* send
      yield* sees("#problem", "cannot be reached")
      assert.strictEqual(yield* wait(() => shown.count()), 1)
      yield* send
      yield* wait(() => shown.waitFor({ state: "detached" }))
      const queued = yield* Messages.use((all) => all.queued(id))
      assert.deepStrictEqual(
        queued.map(({ attachments, content }) => [content, attachments.length]),
        [["keep me", 1]]
      )
    })
  )
})
