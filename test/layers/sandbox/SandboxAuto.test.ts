import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { choose } from "../../../src/layers/sandbox/SandboxAuto.ts"
import { SandboxError } from "../../../src/services/Sandbox.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { settings } from "../../support/Boxes.ts"

const works = Effect.void
const refuses = (reason: SandboxError["reason"], detail: string) =>
  Effect.fail(new SandboxError({ reason, target: "engine", detail }))
const missing = refuses("no_engine", "not there")

const stored = Settings.useSync(({ paths }) => path.join(paths.home, "sandbox"))
const makeHome = Settings.useSync(({ paths }) => fs.mkdirSync(paths.home, { recursive: true }))

describe("the wall", () => {
  it.effect("is a container where an engine answers, and stays one when it no longer does", () =>
    Effect.gen(function* () {
      yield* makeHome
      assert.strictEqual(yield* choose(works, works), "docker")
      assert.strictEqual(fs.readFileSync(yield* stored, "utf8"), "docker\n")
      assert.strictEqual(yield* choose(missing, works), "docker")
    }).pipe(Effect.provide(settings()))
  )

  it.effect("is bubblewrap where no engine answers, and stays so when one comes", () =>
    Effect.gen(function* () {
      yield* makeHome
      assert.strictEqual(yield* choose(missing, works), "bubblewrap")
      assert.strictEqual(yield* choose(works, works), "bubblewrap")
    }).pipe(Effect.provide(settings()))
  )

  it.effect("is what the configuration says, which is not stored", () =>
    Effect.gen(function* () {
      yield* makeHome
      assert.strictEqual(yield* choose(works, missing), "bubblewrap")
      assert.isFalse(fs.existsSync(yield* stored))
    }).pipe(Effect.provide(settings({ sandbox: "bubblewrap" })))
  )

  it.effect("that is nowhere is refused with what to install, and chosen again at the next start", () =>
    Effect.gen(function* () {
      yield* makeHome
      const error = yield* Effect.flip(choose(refuses("no_rights", "not for you"), missing))
      assert.strictEqual(error.reason, "no_rights")
      assert.include(error.detail, "apt-get install docker.io")
      assert.include(error.detail, "not for you")
      assert.strictEqual(yield* choose(works, missing), "docker")
    }).pipe(Effect.provide(settings()))
  )
})
