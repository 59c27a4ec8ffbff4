/** The index of notes in SQL: its full-text statements, its vectors, and whose rows they are. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { matchOf } from "../../../src/domain/memory/Ranking.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { MemoryIndex, type Scope } from "../../../src/services/MemoryIndex.ts"
import { fresh, openRoom, other, room } from "./support.ts"

const replace = (scope: Scope, path: string, texts: ReadonlyArray<string>, vector = [1, 0], model = "m") => {
  const pieces = texts.map((content) => ({ content, vector: Float32Array.from(vector) }))
  return MemoryIndex.use((index) => index.replace(scope, { path, fingerprint: texts.join(), model, pieces }))
}

/** What a question finds by its words, as the search asks. */
const words = Effect.fnUntraced(function* (question: string, scopes: ReadonlyArray<Scope> = [room, null], limit = 50) {
  const index = yield* MemoryIndex
  const match = matchOf(question)
  const ids = match === null ? [] : yield* index.withWords(scopes, match, limit)
  return (yield* index.pieces(ids)).map(({ content }) => content)
})

const near = Effect.fnUntraced(function* (scope: Scope, vector: ReadonlyArray<number>, limit = 50, model = "m") {
  const index = yield* MemoryIndex
  const found = yield* index.near(scope, model, Float32Array.from(vector), limit)
  return (yield* index.pieces(found.map(({ piece_id }) => piece_id))).map(({ content }) => content)
})

/** SQLite's own comparison of the words with the pieces; fails where they differ. */
const sound = SqlClient.SqlClient.use(
  (sql) => sql`INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)`
)

describe("The words of notes", () => {
  it.effect(
    "are found by their beginnings, without accents, those that say most of it first, and no more than asked",
    () =>
      Effect.gen(function* () {
        yield* openRoom()
        yield* replace(room, "/a.md", [
          "The release notes of Zürich are long, and say little else.",
          "Release, release."
        ])
        yield* replace(room, "/b.md", ["Lunch is at noon."])
        assert.deepStrictEqual(yield* words("RELEASE"), [
          "Release, release.",
          "The release notes of Zürich are long, and say little else."
        ])
        assert.deepStrictEqual(yield* words("release", [room], 1), ["Release, release."])
        assert.deepStrictEqual(yield* words("zurich"), ["The release notes of Zürich are long, and say little else."])
        assert.deepStrictEqual(yield* words("lun"), ["Lunch is at noon."])
        assert.deepStrictEqual(yield* words("no"), [])
      }).pipe(Effect.provide(fresh))
  )

  it.effect("are searched for by any text at all without an error, and its characters mean nothing else", () =>
    Effect.gen(function* () {
      yield* openRoom()
      yield* replace(room, "/a.md", ["plain words"])
      const odd = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
      const hostile = [
        ...odd.flatMap((sign) => [sign, `${sign}plain`, `plain${sign}`, `plain${sign}words`, `${sign}${sign}`]),
        'plain" OR content MATCH "x',
        '"; DROP TABLE memory_words; --',
        "content : plain",
        "NEAR(plain words, 1)",
        "^plain + words*",
        "{content} : (plain AND NOT words)",
        "plain\u0000words",
        "\ud800 \udfff \u{1f600} ﬁ İ ß",
        "plain ".repeat(10_000),
        Array.from({ length: 5000 }, (_, at) => `w${at}`).join(" ")
      ]
      for (const question of hostile) yield* words(question)
      assert.deepStrictEqual(yield* words("none NOT plain"), ["plain words"])
      assert.deepStrictEqual(yield* words("other:plain"), ["plain words"])
      assert.deepStrictEqual(yield* words('"words plain"'), ["plain words"])
      yield* sound
    }).pipe(Effect.provide(fresh))
  )

  it.effect("are the channel's and everybody's, and go with their file, also when its channel goes", () =>
    Effect.gen(function* () {
      yield* openRoom()
      yield* openRoom(other)
      yield* replace(room, "/same.md", ["shared mine", "shared second"])
      yield* replace(other, "/same.md", ["shared theirs"])
      yield* replace(null, "/same.md", ["shared everybodys"])
      assert.sameMembers(yield* words("shared"), ["shared mine", "shared second", "shared everybodys"])
      assert.deepStrictEqual(yield* words("shared", [other]), ["shared theirs"])
      yield* replace(room, "/same.md", ["shared anew"])
      assert.sameMembers(yield* words("shared"), ["shared anew", "shared everybodys"])
      assert.deepStrictEqual(yield* words("second"), [])
      yield* MemoryIndex.use((index) => index.remove(null, ["/same.md"]))
      assert.deepStrictEqual(yield* words("shared", [room, other, null]), ["shared theirs", "shared anew"])
      yield* Channels.use((channels) => channels.remove(room))
      yield* openRoom()
      assert.deepStrictEqual(yield* words("shared", [room, other, null]), ["shared theirs"])
      yield* sound
    }).pipe(Effect.provide(fresh))
  )

  it.effect("stay as they were where a file's new rows cannot all be stored", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const sql = yield* SqlClient.SqlClient
      yield* replace(room, "/a.md", ["old words"])
      yield* sql`CREATE TRIGGER refused BEFORE INSERT ON memory_pieces WHEN new.piece_index = 1
        BEGIN SELECT RAISE(ABORT, 'no'); END`
      yield* Effect.flip(replace(room, "/a.md", ["new words", "more words"]))
      assert.deepStrictEqual(yield* words("words"), ["old words"])
      const files = yield* MemoryIndex.use((index) => index.files(room))
      assert.deepStrictEqual(files, [{ path: "/a.md", fingerprint: "old words" }])
      yield* sound
    }).pipe(Effect.provide(fresh))
  )
})

describe("The vectors of notes", () => {
  it.effect("are compared with those of the same owner, model and length; the closest come first", () =>
    Effect.gen(function* () {
      yield* openRoom()
      yield* openRoom(other)
      const rows: ReadonlyArray<readonly [Scope, string, ReadonlyArray<number>, string]> = [
        [room, "askew", [1, 1], "m"],
        [room, "straight", [3, 0], "m"],
        [room, "across", [0, 1], "m"],
        [room, "opposite", [-1, 0], "m"],
        [room, "long", [1, 0, 0], "m"],
        [room, "of another model", [1, 0], "n"],
        [other, "of another channel", [1, 0], "m"],
        [null, "everybody's", [1, 0], "m"]
      ]
      for (const [scope, name, vector, model] of rows) yield* replace(scope, `/${name}.md`, [name], [...vector], model)
      assert.deepStrictEqual(yield* near(room, [1, 0]), ["straight", "askew"])
      assert.deepStrictEqual(yield* near(room, [1, 0], 1), ["straight"])
      assert.deepStrictEqual(yield* near(null, [1, 0]), ["everybody's"])
      assert.deepStrictEqual(yield* near(room, [1, 0], 9, "n"), ["of another model"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("are all looked at, however many there are", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const pieces = Array.from({ length: 1001 }, (_, at) => ({
        content: `piece ${at}`,
        vector: Float32Array.from([1, 1001 - at])
      }))
      yield* MemoryIndex.use((index) => index.replace(room, { path: "/a.md", fingerprint: "f", model: "m", pieces }))
      assert.deepStrictEqual(yield* near(room, [1, 0], 2), ["piece 1000", "piece 999"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lead to pieces in the order that is asked for, without those that are gone", () =>
    Effect.gen(function* () {
      yield* openRoom()
      yield* replace(room, "/a.md", ["one", "two", "three"])
      const index = yield* MemoryIndex
      const ids = (yield* index.near(room, "m", Float32Array.from([1, 0]), 9)).map(({ piece_id }) => piece_id)
      const [first = 0, second = 0, third = 0] = ids
      const found = yield* index.pieces([third, 999, first])
      assert.deepStrictEqual(
        found.map(({ content, path, piece_index }) => [path, piece_index, content]),
        [
          ["/a.md", 2, "three"],
          ["/a.md", 0, "one"]
        ]
      )
      assert.isAbove(second, first)
      assert.deepStrictEqual(yield* index.pieces([]), [])
    }).pipe(Effect.provide(fresh))
  )
})
