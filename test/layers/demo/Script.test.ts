/** How a prompt tells the scripted model what to do. */
import { assert, describe, it } from "@effect/vitest"
import { standing } from "../../../src/layers/demo/Conversation.ts"
import { parse } from "../../../src/layers/demo/Script.ts"
import { reply } from "../../../src/layers/demo/ScriptedModel.ts"

const said = (prompt: string) =>
  parse(prompt).map((directive) => ("text" in directive ? directive.text : directive._tag))

describe("A prompt", () => {
  it("without a directive is echoed without its author's name", () => {
    assert.deepStrictEqual(parse("alice: hello there"), [{ _tag: "Echo", text: "hello there" }])
    assert.deepStrictEqual(parse("hello there"), [{ _tag: "Echo", text: "hello there" }])
  })

  it("of several speakers is echoed with their names", () => {
    assert.deepStrictEqual(said("alice: one\n\nbob: two"), ["alice: one\n\nbob: two"])
  })

  it("is told by its last speaker, and not by what was said earlier", () => {
    assert.deepStrictEqual(said("alice: say: one\n\nbob: say: two"), ["two"])
    assert.deepStrictEqual(
      said("Earlier in this channel:\n<untrusted-n kind='earlier'>\nalice: hang\n</untrusted-n>\n\nNow:\nalice: hello"),
      ["hello"]
    )
  })

  it("may hold several directives, one a line", () => {
    assert.deepStrictEqual(said("alice: thinking: hm\nsay: yes: no"), ["hm", "yes: no"])
  })

  it("is the same with files at its end", () => {
    assert.deepStrictEqual(
      said("alice: say: hi\n\n[attached: <untrusted-n kind='files'>/w/.loop/inbox/1/a.txt (text/plain)</untrusted-n>]"),
      ["hi"]
    )
  })

  it("may hold JSON and colons in a tool's input", () => {
    assert.deepStrictEqual(parse('alice: mcp: send_message {"text": "a: b"}'), [
      { _tag: "Tools", calls: [{ name: "mcp__loop__send_message", input: { text: "a: b" } }] }
    ])
  })
})

describe("A conversation", () => {
  const user = (...texts: ReadonlyArray<string>) => ({
    role: "user",
    content: texts.map((text) => ({ type: "text", text }))
  })

  it("stands at the last words of a person", () => {
    const reminder = "<system-reminder>say: nonsense</system-reminder>"
    assert.strictEqual(standing({ messages: [user(reminder, "say: hi", reminder)] }).prompt, "say: hi")
    const stopped = [user("hang"), user("[Request interrupted by user]", "say: next"), { role: "system", content: "x" }]
    assert.strictEqual(standing({ messages: stopped }).prompt, "say: next")
  })

  it("stands at a message that was written while a tool ran", () => {
    const steered = {
      role: "system",
      content: "The user sent a new message while you were working:\nsay: b\n\nThis is"
    }
    assert.strictEqual(standing({ messages: [user("say: a"), steered] }).prompt, "say: b")
  })
})

describe("A reply", () => {
  const request = { model: "m", stream: true, messages: [{ role: "user", content: "stream: 3 chunks with 5 ms" }] }

  it("is the same for the same request", () => {
    const turn = { request, attempt: 0, serial: 7 }
    assert.deepStrictEqual(reply(turn), reply(turn))
  })

  it("keeps the pace it was asked for", () => {
    const answer = reply({ request, attempt: 0, serial: 1 })
    const pauses = answer._tag === "Stream" ? answer.steps.filter((step) => step._tag === "Pause") : []
    assert.deepStrictEqual(pauses, [
      { _tag: "Pause", delay: 5 },
      { _tag: "Pause", delay: 5 }
    ])
  })

  it("is whole where the client does not stream", () => {
    const answer = reply({ request: { ...request, stream: false }, attempt: 0, serial: 1 })
    const body = answer._tag === "Whole" ? (JSON.parse(answer.body) as { content: unknown }) : undefined
    assert.deepStrictEqual(body?.content, [{ type: "text", text: "chunk 1 chunk 2 chunk 3 " }])
  })
})
