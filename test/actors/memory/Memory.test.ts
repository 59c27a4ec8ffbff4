/** What is written down is found again, by those whose it is, as it is now. */
import { rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { Memory } from "../../../src/services/Memory.ts"
import { soon } from "../../support/House.ts"
import { has, index, other, owner, refused, room, search, texts, world } from "./support.ts"

describe("A search in notes", () => {
  it.effect("finds by words and by meaning what is the project's, the agent's own, or everybody's", () =>
    world(({ foreign, note, own, project, shared }) =>
      Effect.gen(function* () {
        note("memory/plans/cars.md", "# Garage\n\nThe automobile is blue.")
        note(join(yield* own, "habits.md"), "Ada eats lunch at noon.")
        note(join(shared, "rules.md"), "Every release needs a review.")
        note(join(foreign, "memory/secret.md"), "The vehicle of the other project is red.")
        note("elsewhere/x.md", "A car that nobody has put into memory.")
        note("memory/cars.txt", "A car in no Markdown.")
        assert.deepStrictEqual(yield* index(), { count: 3, updated: 3, removed: 0, failed: 0 })
        yield* index(other)

        const byMeaning = yield* search("which car")
        assert.deepInclude(byMeaning.results[0], {
          file_path: join(project, "memory/plans/cars.md"),
          chunk_index: 0,
          content: "# Garage\n\nThe automobile is blue."
        })
        assert.isNull(byMeaning.note)
        assert.strictEqual((yield* search("ada")).results[0]?.content, "Ada eats lunch at noon.")
        assert.strictEqual((yield* texts("rollout review"))[0], "Every release needs a review.")
        // Each knows its own and everybody's.
        assert.notInclude((yield* texts("vehicle red project other")).join(), "red")
        const there = yield* texts("vehicle blue lunch release", other)
        has(there, ["The vehicle of the other project is red.", "Every release needs a review."])
        assert.lengthOf((yield* search("the a", room, 1)).results, 1)
      })
    )
  )

  it.effect("finds by words what no meaning leads to, and a note once that is the channel's and everybody's", () =>
    world(
      ({ note }) =>
        Effect.gen(function* () {
          note("memory/a.md", "The release is on Monday.")
          assert.deepInclude(yield* index(), { count: 2 })
          assert.deepStrictEqual(yield* texts("mond"), ["The release is on Monday."])
          assert.deepStrictEqual(yield* texts("rollout"), ["The release is on Monday."])
        }),
      // The second one is everybody's.
      { paths: ["./memory", "~/site/memory"] }
    )
  )

  it.effect("of a thread finds its channel's notes, and does not index them again", () =>
    world(({ note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", "The release is on Monday.")
        yield* index()
        const thread = ChannelId.make("local:thread")
        yield* Channels.use((all) =>
          all.upsert({ channel_id: thread, platform: "local", name: "thread", parent_id: room })
        )
        assert.deepStrictEqual(yield* texts("release", thread), ["The release is on Monday."])
        const before = ollama.requests.length
        assert.deepInclude(yield* index(thread), { count: 1, updated: 0 })
        assert.strictEqual(ollama.requests.length, before)
      })
    )
  )

  it.effect("asks for one vector, and looks at no file", () =>
    world(({ note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", "The release is on Monday.")
        yield* index()
        note("memory/b.md", "The release was moved.")
        const before = ollama.requests.length
        assert.deepStrictEqual(yield* texts("release"), ["The release is on Monday."])
        assert.deepStrictEqual(ollama.requests.slice(before), [{ model: "nomic-embed-text", input: ["release"] }])
      })
    )
  )

  it.effect("goes by words alone while the embedder is away, and says so", () =>
    world(({ note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", "The release is on Monday.")
        yield* index()
        ollama.refuse = () => 500
        const found = yield* search("monday")
        assert.deepStrictEqual(
          found.results.map(({ content, score }) => [content, score]),
          [["The release is on Monday.", 1]]
        )
        assert.match(
          found.note ?? "",
          /^Found by words alone, not by meaning\. Ollama at \S+ could not embed .*it broke/
        )
        assert.deepStrictEqual(yield* texts("rollout"), [])
      })
    )
  )

  it.effect("does not wait long for an embedder that says nothing", () =>
    world(({ note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", "The release is on Monday.")
        yield* index()
        ollama.silent = true
        const before = ollama.requests.length
        const asked = yield* Effect.forkChild(search("monday"), { startImmediately: true })
        yield* soon(Effect.sync(() => ollama.requests.length > before))
        yield* TestClock.adjust("10 seconds")
        const { note: said, results } = yield* Fiber.join(asked)
        assert.lengthOf(results, 1)
        assert.match(said ?? "", /^Found by words alone.*nothing came in 10 seconds/)
      })
    )
  )

  it.effect("is refused where memory is off, without a question, and to those who may not read the channel", () =>
    world(
      () =>
        Effect.gen(function* () {
          assert.match(yield* refused(search("x")), /^Memory is off here\. .*memory\.enabled/)
          assert.isFalse(yield* Memory.use((memory) => memory.isOn(room)))
        }),
      { enabled: false }
    ).pipe(
      Effect.andThen(
        world(() =>
          Effect.gen(function* () {
            assert.strictEqual(yield* refused(search("  ")), "Say in query what to look for.")
            const run = { kind: "run", run_id: "r", channel_id: other, authors: [] } as never
            const foreign = Memory.use((memory) => memory.search(run, room, "x", 5))
            assert.strictEqual(yield* refused(foreign), "You may not read local:room.")
          })
        )
      )
    )
  )
})

describe("The index of notes", () => {
  it.effect(
    "follows the files: what is the same is left, what is new or changed is embedded, what is gone is gone",
    () =>
      world(({ forget, note, ollama }) =>
        Effect.gen(function* () {
          for (const name of ["same", "changed", "emptied", "deleted", "renamed"])
            note(`memory/${name}.md`, `first ${name}`)
          yield* index()
          const before = ollama.requests.length
          assert.deepStrictEqual(yield* index(), { count: 5, updated: 0, removed: 0, failed: 0 })
          assert.strictEqual(ollama.requests.length, before)

          note("memory/changed.md", "second changed")
          note("memory/emptied.md", " \n")
          forget("memory/deleted.md")
          forget("memory/renamed.md")
          note("memory/under/another.md", "first renamed")
          assert.deepStrictEqual(yield* index(), { count: 3, updated: 2, removed: 3, failed: 0 })
          has(yield* texts("first second"), ["first same", "second changed", "first renamed"])
        })
      )
  )

  it.effect("leaves out what is excluded by its exact name, also when it was indexed before, and through links", () =>
    world(
      ({ home, note, project, shared }) =>
        Effect.gen(function* () {
          symlinkSync(shared, join(home, "way"))
          symlinkSync(join(shared, "closed"), join(home, "closed"))
          note("memory/drafts/a.md", "draft out")
          note("memory/drafts-v2/a.md", "draft in")
          note(join(shared, "closed/a.md"), "closed out")
          note(join(shared, "open/a.md"), "open in")
          yield* index()
          has(yield* texts("draft closed open"), ["draft in", "open in"])
          note("memory/drafts-v2/b.md", "draft later")
          yield* index()
          note(".loop/config.json", JSON.stringify({ memory: { paths: ["!./memory/drafts-v2", "./more.md"] } }))
          note("more.md", "draft more")
          yield* index()
          has(yield* texts("draft closed open"), ["draft more", "open in"])
          assert.include((yield* search("draft")).results[0]?.file_path, join(project, "more.md"))
        }),
      // In the test's own home.
      { paths: ["./memory", "!memory/drafts", "~/way", "!~/closed"] }
    )
  )

  it.effect("keeps a file as it was until all of it is embedded, and tries again", () =>
    world(
      ({ note, ollama }) =>
        Effect.gen(function* () {
          note("memory/a.md", "old text")
          yield* index()
          const long = Array.from({ length: 40 }, (_, at) => `# Part ${at}\n\n${`word${at} `.repeat(20)}`).join("\n\n")
          note("memory/a.md", long)
          note("memory/b.md", "beside it")
          ollama.refuse = ({ input }) => (input.some((text) => text.includes("word39")) ? 500 : undefined)
          assert.match(
            yield* refused(index()),
            /^One file is not indexed yet and will be tried again: Ollama at .*it broke/
          )
          has(yield* texts("old beside"), ["old text", "beside it"])
          assert.deepStrictEqual(yield* texts("word1"), [])

          ollama.refuse = () => undefined
          const before = ollama.requests.length
          assert.deepStrictEqual(yield* index(), { count: 2, updated: 1, removed: 0, failed: 0 })
          assert.isAtMost(ollama.requests.length - before, 3)
          assert.include((yield* texts("word39")).join(), "# Part 39")
          assert.deepStrictEqual(yield* texts("old"), [])
        }),
      { max_chunk_chars: 250 }
    )
  )

  it.effect("is asked once when the embedder is away, and forgets what is gone all the same", () =>
    world(({ forget, note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", "first")
        yield* index()
        forget("memory/a.md")
        for (const name of ["b", "c", "d"]) note(`memory/${name}.md`, `new ${name}`)
        ollama.models.clear()
        const before = ollama.requests.length
        assert.match(yield* refused(index()), /^3 files are not indexed yet .* Run: ollama pull nomic-embed-text$/)
        assert.strictEqual(ollama.requests.length, before + 1)
        assert.deepStrictEqual(yield* texts("first"), [])
      })
    )
  )

  it.effect("is made anew with another model or size of pieces, as an approved project file wants it", () =>
    world(({ note, ollama }) =>
      Effect.gen(function* () {
        note("memory/a.md", `# One\n\n${"car ".repeat(30)}\n\n# Two\n\n${"food ".repeat(30)}`)
        yield* index()
        assert.lengthOf(yield* texts("vehicle"), 1)
        const smaller = { max_chunk_chars: 200 }
        for (const [at, memory] of [smaller, { ...smaller, embeddings: { model: "tiny" } }].entries()) {
          note(".loop/config.json", JSON.stringify({ memory }))
          if (at === 0) assert.deepStrictEqual(yield* index(), { count: 1, updated: 0, removed: 0, failed: 0 })
          const hash = (yield* Conversations.use((all) => all.projectConfig(owner, room)))?.hash ?? ""
          yield* Conversations.use((all) => all.decideProject(owner, room, hash, "approved"))
          assert.deepStrictEqual(yield* index(), { count: 1, updated: 1, removed: 0, failed: 0 })
          assert.strictEqual(ollama.requests.at(-1)?.model, at === 0 ? "nomic-embed-text" : "tiny")
        }
        assert.match((yield* texts("meal"))[0] ?? "", /^# Two/)
        assert.match((yield* texts("vehicle"))[0] ?? "", /^# One/)
      })
    )
  )

  it.effect("is not led out of a project or an agent's home by links, and follows those of the operator", () =>
    world(
      ({ foreign, home, note, own, project, shared }) =>
        Effect.gen(function* () {
          note(join(foreign, "memory/secret.md"), "secret of another")
          note(join(home, "private/keys.md"), "secret of the operator")
          note(join(shared, "a.md"), "no secret")
          symlinkSync(shared, join(home, "way"))
          // Each of them could have been set by an agent.
          symlinkSync(join(foreign, "memory"), join(project, "memory"))
          symlinkSync(join(home, "private"), join(project, "docs"))
          const mine = yield* own
          note(join(mine, "plain.md"), "remembered secret")
          symlinkSync(join(home, "private/keys.md"), join(mine, "keys.md"))
          symlinkSync(join(home, "private"), join(mine, "more"))
          yield* index()
          has(yield* texts("secret"), ["remembered secret", "no secret"])
          rmSync(join(project, "memory"))
          note("memory/real.md", "secret place")
          yield* index()
          has(yield* texts("secret"), ["remembered secret", "no secret", "secret place"])
        }),
      // The second one is the operator's, in a place where agents write.
      { paths: ["./memory", "~/way", "~/site/docs"] }
    )
  )

  it.effect("of a channel goes with it", () =>
    world(({ foreign, note }) =>
      Effect.gen(function* () {
        note(join(foreign, "memory/a.md"), "kept nowhere")
        yield* index(other)
        assert.lengthOf(yield* texts("kept", other), 1)
        yield* Channels.use((channels) => channels.remove(other))
        yield* Channels.use((channels) => channels.upsert({ channel_id: other, platform: "local", name: "new" }))
        assert.deepStrictEqual(yield* texts("kept", other), [])
      })
    )
  )
})
