/** Files that come with a message on a chat platform. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ended, pass, soon } from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { chatHouse, file, general, goneFile, opened, says, stored } from "../support/People.ts"

const workDir = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-files-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const inDirectory = <A, E, R>(
  body: (where: Effect.Success<typeof general>, dir: string) => Effect.Effect<A, E, R>,
  keys: Parameters<typeof chatHouse>[1] = {}
) =>
  chatHouse(
    Effect.gen(function* () {
      const here = yield* general
      const dir = yield* workDir
      yield* opened(here, dir)
      return yield* body(here, dir)
    }),
    keys
  )

const lines = (where: Effect.Success<typeof general>) =>
  Effect.map(Outside, ({ chat }) => chat.shown(where.channel_id).map(({ post }) => post.content))

describe("The files of a message that calls Loop", () => {
  it.effect("lie in the work directory and are named to the agent, pictures too", () =>
    inDirectory((here, dir) =>
      Effect.gen(function* () {
        const picture = { ...file("shot.png", "pixels"), mime: "image/png" }
        const said = yield* says(here, "!loop look", { files: [file("../notes.txt", "hello"), picture] })
        const [message] = yield* soon(Effect.map(stored(here), (all) => all.length > 0 && all))
        const inbox = join(dir, ".loop", "inbox", said.id)
        assert.deepStrictEqual(message?.attachments, [
          { name: "notes.txt", mime: "text/plain", path: join(inbox, "notes.txt") },
          { name: "shot.png", mime: "image/png", path: join(inbox, "shot.png") }
        ])
        assert.strictEqual(readFileSync(join(inbox, "notes.txt"), "utf8"), "hello")
        yield* ended(here)
        assert.include((yield* Outside).processes()[0]?.written[0]?.text, `${join(inbox, "shot.png")} (image/png)`)
      })
    )
  )

  it.effect("that are too large or gone are refused aloud, and the message goes on with the others", () =>
    inDirectory(
      (here) =>
        Effect.gen(function* () {
          const large = file("film.mp4", "x", 3 * 1_048_576)
          yield* says(here, "!loop look", { files: [large, goneFile("old.txt"), file("a.txt", "a")] })
          const [message] = yield* soon(Effect.map(stored(here), (all) => all.length > 0 && all))
          yield* pass(1)
          assert.deepStrictEqual(
            message?.attachments.map(({ name }) => name),
            ["a.txt"]
          )
          const said = yield* soon(Effect.map(lines(here), (all) => all.find((line) => line.includes("film.mp4"))))
          assert.strictEqual(
            said,
            "film.mp4 (3 MiB) was not taken: files may be 2 MiB at most (attachment_max_mb).\nold.txt could not be fetched; send it again."
          )
        }),
      { attachment_max_mb: 2 }
    )
  )

  it.effect("are no message when nothing is left of them", () =>
    inDirectory((here) =>
      Effect.gen(function* () {
        yield* says(here, "!loop", { files: [goneFile("old.txt")] })
        yield* soon(Effect.map(lines(here), (all) => all.includes("old.txt could not be fetched; send it again.")))
        assert.deepStrictEqual(yield* stored(here), [])
      })
    )
  )

  it.effect("go nowhere through a link that an agent has laid", () =>
    inDirectory((here, dir) =>
      Effect.gen(function* () {
        const elsewhere = yield* workDir
        symlinkSync(elsewhere, join(dir, ".loop"))
        yield* says(here, "!loop look", { files: [file("a.txt", "a")] })
        const [message] = yield* soon(Effect.map(stored(here), (all) => all.length > 0 && all))
        assert.deepInclude(message, { content: "look", attachments: [] })
        yield* soon(Effect.map(lines(here), (all) => all.some((line) => line.startsWith("a.txt could not be kept"))))
      })
    )
  )
})
