import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Button } from "../../src/domain/chat/Words.ts"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { Server } from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Outgoing } from "../../src/services/Outgoing.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser } from "../support/Browser.ts"
import { hostile } from "../support/hostile.ts"
import { begin } from "../support/PlayedAgent.ts"
import { askFor, openRoom, wait } from "../support/Room.ts"

/** Everything in the document that could do something by itself, or leads anywhere but out to the web. */
const suspicious = `[...document.querySelectorAll("*")].flatMap((node) => {
  const found = []
  const name = node.localName
  if (["script", "style", "iframe", "object", "embed", "base", "link", "meta", "video", "audio", "source"].includes(name)
    && node.closest("#root")) found.push(node.outerHTML)
  for (const { name: key, value } of node.attributes) {
    if (key.startsWith("on") || ["srcdoc", "srcset", "formaction", "action"].includes(key)) found.push(node.outerHTML)
    if (key === "style" && value.includes("url(")) found.push(node.outerHTML)
    if (["href", "src", "xlink:href", "data", "poster"].includes(key) && node.closest("#root")
      && !/^(https?:\\/\\/|mailto:|\\/(c|runs|tasks|spend|setup|api|icon|assets)?|#)/.test(value)) found.push(node.outerHTML)
    if (key === "src" && /^(https?:)?\\/\\//.test(value)) found.push(node.outerHTML)
  }
  return found
})`

layer(Layer.merge(ApiLayer.layer(), Browser.layer), { excludeTestServices: true })("a hostile text", (it) => {
  it.effect(
    "does nothing, wherever an agent, a person or a file's name can put it",
    () =>
      Effect.gen(function* () {
        assert.isAtLeast(new Set(hostile).size, 100)
        const { url } = yield* Server
        const room = yield* openRoom("hostile")
        const { page } = room
        const asked = new Set<string>()
        page.on("request", (request) => asked.add(new URL(request.url()).origin))
        const dialogs: Array<string> = []
        page.on("dialog", (dialog) => dialogs.push(dialog.message()))
        yield* wait(() =>
          page.evaluate(
            `document.addEventListener("securitypolicyviolation", ({ blockedURI }) => (window.refused = blockedURI))`
          )
        )

        const mailbox = yield* Messages
        const { path } = yield* Outgoing.use((out) => out.keepFor(room.id, new TextEncoder().encode("x")))
        const { run, say, tell, write } = yield* begin("run-hostile", room.id)
        for (const [n, text] of hostile.entries()) {
          yield* Channels.use((all) =>
            all.upsert({ channel_id: ChannelId.make(`local:h${n}`), platform: "local", name: text })
          )
          const author = { channel_id: room.id, author_id: text, author_name: text }
          const attachments = [{ name: text, mime: text, path }]
          yield* mailbox.note({
            ...author,
            message_id: MessageId.make(`p${n}`),
            content: text,
            kind: "prompt",
            attachments
          })
          yield* tell("run.tool", {
            tool_use_id: `t${n}`,
            name: text,
            state: "started",
            input_summary: text,
            input: { command: text }
          })
          const inputs = [
            { file_path: text, old_string: "a", new_string: text },
            { file_path: text, content: text },
            { [text]: text }
          ]
          const input = inputs[n % inputs.length] ?? {}
          yield* tell("run.tool", { tool_use_id: `u${n}`, name: "Edit", state: "started", input_summary: text, input })
          yield* tell("run.tool", {
            tool_use_id: `u${n}`,
            name: "",
            state: "failed",
            output_summary: text,
            output: text
          })
          yield* tell("run.thinking", { text })
          yield* tell("run.retry", { text })
          yield* tell("run.note", { text })
          yield* tell("run.egress", { host: text, port: 1, decision: "refused", reason: text })
          const buttons: ReadonlyArray<ReadonlyArray<Button>> = [
            [
              { id: text, label: text, style: "primary" },
              { id: "retry:r", label: text, style: "primary" }
            ]
          ]
          yield* mailbox.say({
            channel_id: room.id,
            run_id: run.run_id,
            key: `k${n}`,
            content: text,
            attachments: [{ name: text, mime: "image/png", path }],
            buttons
          })
        }
        const some = hostile.map((text) => ({ question: text, options: [text], multiple: true }))
        yield* askFor(run, "h-tool", {
          _tag: "Permission",
          toolUseId: "h1",
          tool: hostile.join(" "),
          input: { [hostile[0] ?? ""]: hostile }
        })
        yield* askFor(run, "h-plan", { _tag: "Plan", toolUseId: "h2", plan: hostile.join("\n\n"), input: {} })
        yield* askFor(run, "h-ask", { _tag: "Question", toolUseId: "h3", questions: some, input: {} })
        for (const text of hostile.slice(0, 40)) yield* room.post(text)
        yield* say(hostile.join("\n\n"), "all")
        yield* write(hostile.join("\n\n"))
        yield* room.sees("article.live")
        yield* room.sees(".ask fieldset")

        const openAll = wait(() =>
          page.evaluate(`(async () => {
          for (const head of document.querySelectorAll('.work-head[aria-expanded="false"]')) head.click()
          await new Promise((resolve) => setTimeout(resolve, 300))
          for (const step of document.querySelectorAll(".steps summary")) step.click()
          await new Promise((resolve) => setTimeout(resolve, 1500))
        })()`)
        )
        const innocent = Effect.gen(function* () {
          assert.deepStrictEqual(yield* wait(() => page.evaluate(suspicious)), [])
          assert.deepStrictEqual(yield* wait(() => page.evaluate("[typeof pwned, typeof refused]")), [
            "undefined",
            "undefined"
          ])
        })
        yield* openAll
        assert.isAtLeast(yield* wait(() => page.locator(".tool-detail").count()), hostile.length)
        yield* innocent
        // What a command answers, and why something was refused.
        for (const text of ["/set <img src=x onerror=pwned=1> [x](javascript:pwned=1)", `/run ${hostile[0]}`]) {
          yield* wait(async () => {
            await page.getByLabel("Message", { exact: true }).fill(text)
            await page.getByRole("button", { name: "Send", exact: true }).click()
            await page.locator("#problem").waitFor()
          })
        }
        yield* wait(async () => {
          await page.reload()
          await page.locator("article.live").waitFor()
        })
        yield* openAll
        yield* innocent
        yield* wait(async () => {
          await page.keyboard.press("Control+k")
          await page.locator("[cmdk-item]").nth(hostile.length).waitFor()
        })
        yield* innocent
        assert.deepStrictEqual([...asked], [new URL(url).origin])
        assert.deepStrictEqual(dialogs, [])
        assert.deepStrictEqual(
          room.failures.filter((failure) => !failure.includes("status of 40")),
          []
        )
      }),
    180_000
  )
})
