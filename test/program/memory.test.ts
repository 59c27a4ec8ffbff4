/** A box that is too small for what runs in it. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

layer(Program.layer({ container_memory_mb: 48 }), { timeout: "2 minutes", excludeTestServices: true })(
  "A box",
  (it) => {
    it.effect("that has too little memory for its agent fails the message, and names the setting that limits it", () =>
      Effect.gen(function* () {
        const channel = yield* Talk.newChannel()
        const message = yield* channel.post("say: hello")
        assert.strictEqual((yield* channel.settled(message)).state, "failed")
        assert.match((yield* channel.said).at(-1) ?? "", /ran out of memory, which container_memory_mb limits/)
      })
    )
  }
)
