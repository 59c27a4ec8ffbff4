import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as TokensFile from "../../../src/layers/store/TokensFile.ts"
import { Tokens } from "../../../src/services/Tokens.ts"
import { directory } from "./support.ts"

const owner = (home: string) =>
  Tokens.use((tokens) => tokens.owner).pipe(
    Effect.map(Redacted.value),
    Effect.provide(TokensFile.layer(home), { local: true })
  )

describe("the owner's token", () => {
  it.effect("is made at first start, long, private, and the same ever after", () =>
    Effect.gen(function* () {
      const home = join(yield* directory, "home")
      const token = yield* owner(home)
      assert.match(token, /^loop_[A-Za-z0-9_-]{43}$/)
      assert.strictEqual(yield* owner(home), token)
      assert.strictEqual(readFileSync(join(home, "token"), "utf8"), `${token}\n`)
      assert.strictEqual(statSync(join(home, "token")).mode & 0o777, 0o600)
      assert.deepStrictEqual(readdirSync(home), ["token"])
    })
  )

  it.effect("opens, and nothing else does", () =>
    Effect.gen(function* () {
      const home = yield* directory
      yield* Effect.gen(function* () {
        const tokens = yield* Tokens
        const token = yield* tokens.owner
        assert.deepStrictEqual(yield* tokens.verify(token), { kind: "owner" })
        for (const wrong of ["", "loop_", `${Redacted.value(token)} `, Redacted.value(token).toUpperCase()]) {
          assert.isUndefined(yield* tokens.verify(Redacted.make(wrong)))
        }
      }).pipe(Effect.provide(TokensFile.layer(home)))
    })
  )

  it.effect("can be replaced by its owner while the server runs", () =>
    Effect.gen(function* () {
      const home = yield* directory
      yield* Effect.gen(function* () {
        const tokens = yield* Tokens
        const old = yield* tokens.owner
        writeFileSync(join(home, "token"), "mine\n")
        assert.isUndefined(yield* tokens.verify(old))
        assert.isDefined(yield* tokens.verify(Redacted.make("mine")))
        rmSync(join(home, "token"))
        assert.notStrictEqual(Redacted.value(yield* tokens.owner), Redacted.value(old))
      }).pipe(Effect.provide(TokensFile.layer(home)))
    })
  )

  it.effect("is made anew where the file is empty, and one only when two ask at once", () =>
    Effect.gen(function* () {
      const home = yield* directory
      writeFileSync(join(home, "token"), "\n")
      yield* Effect.gen(function* () {
        const tokens = yield* Tokens
        const asked = Array.from({ length: 8 }, () => tokens.owner)
        const given = yield* Effect.all(asked, { concurrency: "unbounded" })
        assert.strictEqual(new Set(given.map(Redacted.value)).size, 1)
        assert.isUndefined(yield* tokens.verify(Redacted.make("")))
      }).pipe(Effect.provide(TokensFile.layer(home)))
    })
  )

  it.effect("that cannot be read is an error, never a new token", () =>
    Effect.gen(function* () {
      const home = yield* directory
      mkdirSync(join(home, "token"))
      const error = yield* Effect.flip(owner(home))
      assert.deepInclude(error, { _tag: "StoreError", reason: "other", operation: "Tokens.owner" })
    })
  )
})
