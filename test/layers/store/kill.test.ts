import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Store from "../../../src/layers/store/index.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { directory, events, room } from "./support.ts"

const script = join(import.meta.dirname, "accepting.ts")

/** Lets a process accept messages, kills it after the given number of them, and returns all that it said it had accepted. */
const acceptUntilKilled = (path: string, killAfter: number) =>
  Effect.promise(async () => {
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] })
    const accepted: Array<string> = []
    for await (const line of createInterface({ input: child.stdout })) {
      accepted.push(line)
      if (accepted.length === killAfter) child.kill("SIGKILL")
    }
    return accepted
  })

describe("a process that is killed", () => {
  it.live.each([1, 13, 150])("loses no message of the %i and more that it accepted", (killAfter) =>
    Effect.gen(function* () {
      const path = join(yield* directory, "loop.sqlite")
      const accepted = yield* acceptUntilKilled(path, killAfter)
      assert.isAtLeast(accepted.length, killAfter)
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const stored = (yield* Messages.use((messages) => messages.queued(room))).map((message) => message.message_id)
        assert.deepStrictEqual(stored.slice(0, accepted.length).map(String), accepted)
        // At most the one that it was about to say.
        assert.isAtMost(stored.length - accepted.length, 1)
        assert.strictEqual((yield* events).length, stored.length * 2)
        assert.deepStrictEqual(yield* sql`PRAGMA integrity_check`.values, [["ok"]])
      }).pipe(Effect.provide(Store.layer(path), { local: true }))
    })
  )
})
