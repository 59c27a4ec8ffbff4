/** What the index keeps while something is out of order, and what is said of it in the log. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { SqlClient } from "effect/sql"
import { Memory } from "../../../src/services/Memory.ts"
import { type NoteFiles, NoteUnreadable } from "../../../src/services/NoteFiles.ts"
import { has, index, other, texts, world } from "./support.ts"

describe("The index of notes", () => {
  it.effect("keeps what cannot be looked at now, and forgets what is gone beside it", () => {
    const [hidden, unreadable]: [Array<string>, Array<string>] = [[], []]
    const notes = (real: NoteFiles["Service"]): NoteFiles["Service"] => ({
      find: (...asked) =>
        Effect.map(real.find(...asked), ({ files, unknown }) => ({
          files: files.filter((file) => !hidden.some((place) => file.startsWith(`${place}/`))),
          unknown: [...unknown, ...hidden]
        })),
      read: (path) =>
        unreadable.includes(path) ? Effect.fail(new NoteUnreadable({ path, cause: new Error("EIO") })) : real.read(path)
    })
    return world(
      ({ forget, note, project }) =>
        Effect.gen(function* () {
          for (const name of ["deep/a", "deep-not/a", "b", "c"]) note(`memory/${name}.md`, `note ${name}`)
          yield* index()
          hidden.push(join(project, "memory/deep"))
          unreadable.push(join(project, "memory/b.md"))
          for (const name of ["deep/a", "deep-not/a", "c"]) forget(`memory/${name}.md`)
          assert.deepInclude(yield* index(), { count: 2, removed: 2 })
          has(yield* texts("note"), ["note deep/a", "note b"])
          hidden.length = unreadable.length = 0
          yield* index()
          assert.deepStrictEqual(yield* texts("note"), ["note b"])
        }),
      {},
      { notes }
    )
  })

  it.effect("says in the log once what is wrong, and once that it is mended", () => {
    const lines: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
    return world(({ note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", "note a")
        const look = Memory.use((memory) => memory.indexAll)
        ollama.refuse = () => 500
        yield* look
        yield* look
        assert.lengthOf(lines, 1)
        assert.match(lines[0] ?? "", /^Warn.* One file is not indexed yet/)
        ollama.refuse = undefined
        yield* look
        yield* look
        assert.match(lines.slice(1).join("|"), /^Info Every note is indexed again$/)
      })
    ).pipe(Effect.provide(Logger.layer([logger])))
  })

  it.effect("of one channel that cannot be stored keeps no other from its turn", () =>
    world(({ foreign, note }) =>
      Effect.gen(function* () {
        note("memory/a.md", "note a")
        note(join(foreign, "memory/b.md"), "note b")
        yield* SqlClient.SqlClient.use(
          (sql) =>
            sql`CREATE TRIGGER refused BEFORE INSERT ON memory_files WHEN NEW.channel_id = 'local:room' BEGIN SELECT RAISE(ABORT, 'no'); END`
        )
        yield* Memory.use((memory) => memory.indexAll)
        assert.deepStrictEqual(yield* texts("note", other), ["note b"])
        assert.deepStrictEqual(yield* texts("note"), [])
        yield* SqlClient.SqlClient.use((sql) => sql`DROP TRIGGER refused`)
        yield* Memory.use((memory) => memory.indexAll)
        assert.deepStrictEqual(yield* texts("note"), ["note a"])
      })
    )
  )
})
