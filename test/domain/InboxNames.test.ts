import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { directoryName, distinctNames, safeName } from "../../src/domain/InboxNames.ts"

describe("names of files that strangers send", () => {
  it.each([
    ["report.pdf", "report.pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\me\\plan.txt", "plan.txt"],
    [".bashrc", "bashrc"],
    ["..", "file"],
    ["/", "file"],
    ["a\u0000b\nc.txt", "abc.txt"],
    ["harmless\u202Etxt.exe", "harmlesstxt.exe"],
    ["  Übersicht 2026.ods ", "Übersicht 2026.ods"]
  ])("%j becomes %j", (given, safe) => {
    assert.strictEqual(safeName(given), safe)
  })

  it("are one visible part of a path that every file system takes, whatever was given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (given) => {
        const name = safeName(given)
        assert.isAbove(name.length, 0)
        assert.isAtMost(new TextEncoder().encode(name).length, 140)
        assert.notMatch(name, /[/\\\p{Cc}]|^\./u)
      })
    )
  })

  it("keep the end of a long name, which tells what the file is", () => {
    assert.match(safeName(`${"x".repeat(300)}.tar.gz`), /^x{120}\.gz$/)
  })

  it("are told apart, also where upper and lower case are one", () => {
    assert.deepStrictEqual(distinctNames(["a.txt", "A.TXT", "a.txt", "b"]), ["a.txt", "A-2.TXT", "a-3.txt", "b"])
  })

  it("go into a directory that is never hidden or above", () => {
    assert.deepStrictEqual(["..", ".x", "m1", "a/b"].map(directoryName), ["%2E.", "%2Ex", "m1", "a%2Fb"])
  })
})
