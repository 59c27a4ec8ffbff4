import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { AgentRequest } from "../../../src/domain/AgentEvent.ts"
import * as ButtonIds from "../../../src/domain/chat/ButtonIds.ts"
import * as Cards from "../../../src/domain/chat/Cards.ts"
import { ApprovalId } from "../../../src/domain/Ids.ts"

const approval_id = ApprovalId.make("0190f3a0-0000-7000-8000-000000000001")
const cwd = `/home/${"w".repeat(300)}`
const text = fc.string({
  unit: fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constantFrom("`", "\n", "word "))
})
const requests: fc.Arbitrary<AgentRequest> = fc.oneof(
  fc.record({
    _tag: fc.constant("Permission" as const),
    toolUseId: fc.constant("t"),
    tool: text,
    input: fc.jsonValue() as fc.Arbitrary<null>
  }),
  fc.record({
    _tag: fc.constant("Plan" as const),
    toolUseId: fc.constant("t"),
    plan: fc.oneof(text, fc.string({ minLength: 3000 })),
    input: fc.constant(null)
  }),
  fc.record({
    _tag: fc.constant("Question" as const),
    toolUseId: fc.constant("t"),
    questions: fc.array(
      fc.record({ question: text, options: fc.array(text, { maxLength: 9 }), multiple: fc.boolean() }),
      { minLength: 1, maxLength: 6 }
    ),
    input: fc.constant(null)
  })
)
type Permission = Extract<AgentRequest, { _tag: "Permission" }>
const permission = (input: Permission["input"]): Permission => ({
  _tag: "Permission",
  toolUseId: "t",
  tool: "Bash",
  input
})
const cardOf = (request: AgentRequest) => Cards.card({ approval_id, request, cwd })!

describe("A card", () => {
  it("fits on the platform whatever is asked, before and after it is decided", () =>
    fc.assert(
      fc.property(requests, text, (request, words) => {
        const card = cardOf(request)
        assert.isAtMost(card.content.length, 2000)
        assert.isAtMost(card.buttons.length, 5)
        const ids = card.buttons.flat().map(({ id }) => id)
        assert.strictEqual(new Set(ids).size, ids.length)
        for (const row of card.buttons) assert.isTrue(row.length >= 1 && row.length <= 5)
        for (const { asks, id, label } of card.buttons.flat()) {
          assert.isTrue(label.trim().length >= 1 && label.length <= 80, JSON.stringify(label))
          assert.isAtMost(id.length, 100)
          assert.isDefined(ButtonIds.parse(id))
          if (asks !== undefined) assert.isTrue(asks.trim().length >= 1 && asks.length <= 45)
        }
        for (const status of ["allowed", "allowed_always", "denied", "expired", "withdrawn"] as const) {
          const after = Cards.decided({ approval_id, request, cwd, status, message: words, decided_by: words })
          assert.isAtMost(after.length, 2000)
        }
      }),
      { numRuns: 300 }
    ))

  it("shows the tool and its exact input", () => {
    const card = cardOf(permission({ command: "rm -rf build", timeout: 5 }))
    assert.match(card.content, /^May `Bash` be used with this input\?\n/)
    assert.include(card.content, "\nThe run works in `/home/www")
    assert.include(card.content, '```json\n{\n  "command": "rm -rf build",\n  "timeout": 5\n}\n```')
    assert.deepStrictEqual(
      card.buttons.flat().map(({ label }) => label),
      ["Allow once", "Always allow this", "Deny"]
    )
    assert.deepStrictEqual(card.files, [])
  })

  it("says what “Always” will allow, and no more than that", () => {
    const last = (request: AgentRequest) => cardOf(request).content.split("\n").at(-1)
    assert.strictEqual(
      last(permission({ command: "npm test", timeout: 5 })),
      "“Always” allows exactly this command and no other, in this channel: `Bash(npm test)`"
    )
    assert.strictEqual(
      last({ ...permission({ a: 1 }), tool: "mcp__forge__merge" }),
      "“Always” allows this tool with any input, in this channel: `mcp__forge__merge`"
    )
    // A rule is shown whole or not at all.
    assert.match(last(permission({ command: "x".repeat(190) })) ?? "", /`Bash\(x{190}\)`$/)
    assert.match(last(permission({ command: "x".repeat(200) })) ?? "", /no other, in this channel$/)
  })

  it("hides nothing of the input, and no input leaves its block to speak in the card's own words", () => {
    const { content } = cardOf(permission({ command: "ls\u202E\u200B```\n**harmless**" }))
    assert.notMatch(content, /\u202E/)
    assert.include(content, "\\u{202e}")
    const hostile = fc
      .array(fc.constantFrom("`", "``", "```", "`````", "~~~", "\n", "@everyone", "<@1>", "**", "x", "\u200B"), {
        maxLength: 40
      })
      .map((parts) => parts.join(""))
    fc.assert(
      fc.property(hostile, hostile, (command, tool) => {
        const lines = cardOf({ ...permission({ command }), tool }).content.split("\n")
        const marks = lines.flatMap((line, n) => (line.includes("```") ? [n] : []))
        assert.deepStrictEqual(
          marks.map((n) => lines[n]),
          ["```json", "```"]
        )
        const words = lines.filter((_, n) => n < (marks[0] ?? 0) || n > (marks[1] ?? 0))
        for (const line of words) {
          const outside = line.replaceAll(/`[^`]*`/g, "")
          assert.notMatch(outside, /[`@]|\*\*/)
        }
      })
    )
  })

  it("cuts what is long, says so, and has all of it as a file", () => {
    const card = cardOf(permission({ command: "x".repeat(9000) }))
    assert.match(card.content, /without the last \d+ characters: all of it is in input\.json\./)
    const [file] = card.files
    assert.isTrue(file?.from === "text" && file.text.includes("x".repeat(9000)))
  })

  it("of a question has its options as buttons, and one for words of one's own", () => {
    const request: AgentRequest = {
      _tag: "Question",
      toolUseId: "t",
      questions: [
        { question: "Which?", options: ["red", "blue"], multiple: false },
        { question: "Why?", options: [], multiple: false }
      ],
      input: null
    }
    const { buttons } = cardOf(request)
    assert.deepStrictEqual(
      buttons.flat().map(({ asks, label }) => [label, asks]),
      [
        ["1: red", undefined],
        ["1: blue", undefined],
        ["1: Other…", "Which?"],
        ["2: Answer…", "Why?"]
      ]
    )
    assert.deepStrictEqual(Cards.optionOf(request, 1), { question: 0, answer: "blue" })
    assert.isUndefined(Cards.optionOf(request, 2))
    assert.isUndefined(Cards.optionOf(permission({}), 0))
  })

  it("of a question with too many options asks for words", () => {
    const options = Array.from({ length: 25 }, (_, n) => `option ${n}`)
    const { buttons, content } = cardOf({
      _tag: "Question",
      toolUseId: "t",
      questions: [{ question: "Which?", options, multiple: false }],
      input: null
    })
    assert.lengthOf(buttons.flat(), 1)
    for (const option of options) assert.include(content, option)
  })

  it("tells afterwards what was decided, and by whom", () => {
    const asked = { approval_id, request: permission({}), cwd, message: null, decided_by: "Ada" }
    assert.match(Cards.decided({ ...asked, status: "allowed" }), /\n\*\*Allowed by Ada\.\*\*$/)
    assert.match(Cards.decided({ ...asked, status: "denied", message: "not now" }), /\n\*\*Denied by Ada: not now\*\*$/)
    assert.match(Cards.decided({ ...asked, status: "expired" }), /\n\*\*Nobody answered in time/)
  })
})
