import { assert, describe, it } from "@effect/vitest"
import { historyLimit, historyPart, promptOf as prompt } from "../../src/domain/Prompt.ts"
import { message } from "../support/Rows.ts"

const number = "n0nce"
const promptOf = (messages: Parameters<typeof prompt>[0], history: Parameters<typeof prompt>[1]) =>
  prompt(messages, history, number)
const said = (content: string, author_name = "Ada") => message(content, { content, author_name })

describe("what an agent is told", () => {
  it("is who said what", () => {
    assert.strictEqual(promptOf([said("hello")], []), "Ada: hello")
  })

  it("is a paragraph for each of several messages", () => {
    assert.strictEqual(promptOf([said("one"), said("two", "Lin")], []), "Ada: one\n\nLin: two")
  })

  it("is a command of the engine exactly as it was typed", () => {
    assert.strictEqual(promptOf([message("c", { kind: "raw", content: "/compact" })], [said("before")]), "/compact")
  })

  it("names the files that came with a message", () => {
    const attachments = [
      { name: "a.png", mime: "image/png", path: "/w/.loop/inbox/1/a.png" },
      { name: "b.txt", mime: "text/plain", path: "/w/.loop/inbox/1/b.txt" }
    ]
    assert.strictEqual(
      promptOf([message("m", { content: "look", attachments })], []),
      'Ada: look\n\n[attached: <untrusted-n0nce kind="files">/w/.loop/inbox/1/a.png (image/png), /w/.loop/inbox/1/b.txt (text/plain)</untrusted-n0nce>]'
    )
  })

  it("begins with what was said before where no session remembers it", () => {
    const before = [said("first"), message("b", { is_bot: true, author_name: "Loop", content: "answer" })]
    assert.strictEqual(
      promptOf([said("now")], before),
      'Earlier in this channel:\n<untrusted-n0nce kind="earlier">\nAda: first\nassistant: answer\n</untrusted-n0nce>\n\nNow:\nAda: now'
    )
  })

  it("holds no more than the newest messages of a long history", () => {
    const before = Array.from({ length: historyLimit + 1 }, (_, at) => said(`line ${at}`))
    const lines = promptOf([said("now")], before).split("\n")
    assert.notInclude(lines, "Ada: line 0")
    assert.include(lines, "Ada: line 1")
    assert.include(lines, `Ada: line ${historyLimit}`)
  })

  it("holds no more than the beginning of a long message of the history, and all of the one that is asked", () => {
    const long = "😀".repeat(historyPart)
    const [, , , before, , , , now] = promptOf([said(long)], [said("short"), said(long)]).split("\n")
    assert.strictEqual(before, `Ada: ${"😀".repeat((historyPart - 6) / 2)}…`)
    assert.strictEqual(now, `Ada: ${long}`)
  })
})
