import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeConfig, redact } from "../../src/domain/Config.ts"

const env = { HOME: "/home/ada", LOOP_HOME: "/home/ada/.loop" }
const read = (secrets: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  decodeConfig(JSON.stringify({ secrets }), env, "UTC")
const problems = (...secrets: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
  Result.match(read(secrets), {
    onSuccess: () => [],
    onFailure: (found) => found.map(({ key, message }) => `${key}: ${message}`)
  })

describe("secrets", () => {
  it("are for one whole host, by one source, under one name and in one header", () => {
    const good = { name: "forge", host: "github.com", env: "TOKEN" }
    assert.deepStrictEqual(problems(good, { name: "own", host: "forge.example.com:8443", file: "~/token" }), [])
    for (const host of ["*.github.com", "localhost", "10.0.0.1", "github.com/x", "http://github.com", "github.com:0"]) {
      assert.match(problems({ ...good, host }).join(), /^secrets\.0\.host: Expected the whole name/, host)
    }
    assert.match(problems({ name: "forge", host: "github.com" }).join(), /exactly one of value, env, file and command/)
    assert.match(problems({ ...good, file: "~/token" }).join(), /exactly one of/)
    assert.match(problems(good, { ...good, host: "api.github.com" }).join(), /is there twice/)
    const rival = { ...good, name: "other", host: "GitHub.com:443" }
    assert.match(problems(good, rival).join(), /the same header of the same host as "forge"/)
    assert.deepStrictEqual(problems({ ...good, channels: ["local:a"] }, { ...rival, channels: ["local:b"] }), [])
    for (const header of ["host", "content-length", "Authorization", "x y"]) {
      assert.match(problems({ ...good, header }).join(), /name of a header/, header)
    }
  })

  it("are not shown, neither with the configuration nor in a problem of theirs", () => {
    const value = "a value with spaces"
    const [problem = ""] = problems({ name: "forge", host: "github.com", value })
    assert.include(problem, "secrets.0.value: The value has spaces")
    assert.notInclude(problem, value)
    const { config } = Result.getOrThrow(read([{ name: "forge", host: "github.com", value: "0123456789" }]))
    assert.strictEqual(redact(config).secrets[0]?.value, "(hidden)")
  })
})
