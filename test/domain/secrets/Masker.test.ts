import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { make } from "../../../src/domain/secrets/Masker.ts"

const VALUE = "pa/ss+w0rd=1"
const masker = make()
masker.learn("forge", VALUE)

describe("masking", () => {
  it("puts a name in the place of a value: as it is, in URLs, in JSON, in base64 whatever stands around it", () => {
    assert.strictEqual(masker.text(`it is ${VALUE}, twice ${VALUE}`), "it is ‹secret forge›, twice ‹secret forge›")
    assert.strictEqual(masker.text(encodeURIComponent(VALUE)), "‹secret forge›")
    for (const before of ["", "a", "ab", "abc"]) {
      const encoded = btoa(`${before}${VALUE}${before}`)
      assert.include(masker.text(encoded), "‹secret forge›", before)
      assert.include(masker.text(encoded.replaceAll("+", "-").replaceAll("/", "_")), "‹secret forge›", before)
    }
    const other = make()
    const quoted = 'say "\n" and ab??>ab??>'
    other.learn("forge", quoted)
    assert.strictEqual(other.text(JSON.stringify(quoted)), '"‹secret forge›"')
    const safe = Buffer.from(`x-access-token:${quoted}`).toString("base64url")
    assert.match(safe, /[-_]/)
    assert.include(other.text(safe), "‹secret forge›")
    const data = { [VALUE]: [1, null, `x${VALUE}`, { deep: true }] }
    assert.deepStrictEqual(masker.data(data), { "‹secret forge›": [1, null, "x‹secret forge›", { deep: true }] })
  })

  it("leaves a text that goes on shorter by what may be the beginning of a value, and shows it once it is none", () => {
    assert.strictEqual(masker.soFar("it is pa/ss"), "it is ")
    assert.strictEqual(masker.soFar("it is pa/sse"), "it is pa/sse")
    assert.strictEqual(masker.soFar(`it is ${VALUE}`), "it is ‹secret forge›")
  })

  it("never takes back what it showed of a text, and never shows a part of a value, wherever a text is cut", () => {
    const words = fc.array(fc.constantFrom(VALUE, "pa", "/ss", "+w0rd", btoa(VALUE), "x ", VALUE.slice(0, 7)))
    fc.assert(
      fc.property(words, (all) => {
        const whole = all.join("")
        let shown = ""
        for (let end = 0; end <= whole.length; end++) {
          const next = masker.soFar(whole.slice(0, end))
          assert.isTrue(next.startsWith(shown), `${shown} | ${next}`)
          assert.isFalse(next.includes(VALUE))
          shown = next
        }
        assert.isTrue(masker.text(whole).startsWith(shown))
      })
    )
  })

  it("forgets the oldest of many tokens before anything else", () => {
    const masker = make()
    masker.learn("forge", VALUE)
    for (let n = 1000; n < 1500; n++) masker.learn("token", `loop_token_${n}`)
    assert.strictEqual(masker.text(VALUE), "‹secret forge›")
    assert.strictEqual(masker.text("loop_token_1000, loop_token_1499"), "loop_token_1000, ‹secret token›")
  })

  it("never forgets what is configured, and what was taught again is the newest", () => {
    const masker = make()
    masker.configure([["token", VALUE]])
    masker.learn("other", "another-value")
    for (let n = 1000; n < 1400; n++) masker.learn("token", `loop_token_${n}`)
    masker.learn("token", "loop_token_1000")
    for (let n = 1400; n < 1500; n++) masker.learn("token", `loop_token_${n}`)
    assert.strictEqual(masker.text(`${VALUE} another-value`), "‹secret token› ‹secret other›")
    assert.strictEqual(masker.text("loop_token_1000, loop_token_1001"), "‹secret token›, loop_token_1001")
  })

  it("does not take short values for secrets: they would be found everywhere", () => {
    const other = make()
    other.learn("short", "relay")
    assert.strictEqual(other.text("the relay"), "the relay")
  })
})
