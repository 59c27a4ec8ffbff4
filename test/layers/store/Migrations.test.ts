import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import type { SessionId } from "../../../src/domain/Ids.ts"
import * as Sqlite from "../../../src/layers/Sqlite.ts"
import { migrate, migrations } from "../../../src/layers/store/Migrations.ts"
import * as Store from "../../../src/layers/store/index.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { directory, room, runId } from "./support.ts"

type Version = keyof typeof migrations
const versions = Object.keys(migrations) as Array<Version>

/** A room, a run and its two messages, as the first version wrote them. */
const first = [
  `INSERT INTO channels (channel_id, platform, name, name_folded, active, session_id, settings, created_at)
   VALUES ('local:room', 'local', 'Room', 'room', 1, 's1', '{"busy":"steer"}', 7)`,
  `INSERT INTO runs (run_id, channel_id, trigger, task_id, message_ids, status, reason, attempt, defects, stalls, session_id,
     process_id, prompt_id, prompt, prompt_state, fresh_tried, compact_tried, started_at, ended_at, cost_usd, usage, turns,
     result)
   VALUES ('r1', 'local:room', 'message', NULL, '["m1"]', 'completed', NULL, 1, 0, 0, 's1', NULL, 'p1',
   'Ada: hi', 'received', 0, 0, 8, 9, 0.5,
   '{"input_tokens":1,"output_tokens":2,"cache_read_tokens":3,"cache_write_tokens":4}', 1, 'Hello.')`,
  `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL)`,
  `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end')`,
  `INSERT INTO events (type, at, channel_id, run_id, data) VALUES ('run.ended', 9, 'local:room', 'r1', '{}')`
]

/** What a file of each version may hold, in that version's own words: never to be changed afterwards. */
const contents: Record<Version, ReadonlyArray<string>> = {
  "0001_initial": first,
  "0003_chat": [
    ...first,
    `INSERT INTO read_marks VALUES ('local:room', '17', 9)`,
    `INSERT INTO status_messages VALUES ('r1', 'local:room', '18', 1, 9)`
  ],
  "0004_tasks": [
    ...first,
    `INSERT INTO tasks VALUES (1, 'local:room', 'cron', '@daily', 'Europe/Berlin', 'look', 1, '{"overlap":"queue"}', 9, 7,
     'heartbeat', 0, NULL, NULL, NULL)`,
    `INSERT INTO task_occurrences VALUES (1, 9, 'ran', NULL, 'r1', 'task-1-9', 'local:room', NULL, 9, 10)`,
    `INSERT INTO fading_threads VALUES ('local:room', NULL, 9)`
  ],
  "0005_commands": [...first, `INSERT INTO agent_commands VALUES ('local:room', '["compact"]')`],
  "0006_noted": [
    ...first,
    `INSERT INTO messages VALUES (3, 'local:room', 'm2', 'u1', 'Ada', 0, 'prompt', 'aside', '[]', 'noted', NULL, NULL, 9, NULL, NULL)`
  ],
  "0007_resets": [...first, "UPDATE channels SET resets = 1"],
  "0008_egress": [
    ...first,
    `INSERT INTO egress_asks VALUES ('a1', 'local:room', 'r1', 'example.com', 443, 9, 'once', 10, 'Ada')`
  ],
  "0009_hops": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'loop', 'Loop', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 4)`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 5)`,
    ...first.slice(4)
  ],
  "0010_buttons": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'loop', 'Loop', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 4, NULL)`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 5,
     '[[{"id":"retry:r1","label":"Retry","style":"primary"}]]')`,
    ...first.slice(4)
  ],
  "0011_access": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 0, NULL,
     '[{"kind":"owner"}]')`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 1, NULL,
     NULL)`,
    `INSERT INTO tokens VALUES ('t1', 'ci', 'hash', '{"channels":["*"],"access":"read"}', 7, NULL, NULL, NULL)`,
    `INSERT INTO audit VALUES (1, 9, 'owner', 'owner', '', 'http', 'token.create', 't1', NULL, 'done', '{}')`,
    `INSERT INTO access_asks VALUES ('a1', 'local:room', 'u9', 'Eve', 9, 'ignore', 10, 'Ada')`,
    ...first.slice(4)
  ],
  "0012_projects": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 0, NULL,
     '[{"kind":"owner"}]')`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 1, NULL,
     NULL)`,
    "UPDATE channels SET approved_project = 'h1'",
    `INSERT INTO project_asks VALUES ('a1', 'local:room', 'h1', '/srv/site', '["mounts"]', '{}', 'r1', 9, 'approved', 10, 'Ada')`
  ],
  "0013_spending": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 0, NULL,
     '[{"kind":"owner"}]')`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 1, NULL,
     NULL)`,
    `INSERT INTO spending VALUES (1, 9, 'r1', 'local:room', 'local:room', NULL, 'claude-opus-4-5', 1, 2, 3, 4, 0.5, 0)`,
    `INSERT INTO budget_asks VALUES ('a1', 'local:room', 'day', '*', '1970-01-01', 86400000, 5, 9, 10, 'Ada')`,
    `INSERT INTO budget_notes VALUES ('near', 9)`,
    `INSERT INTO usage_limits VALUES ('local:room', 10, NULL, 9)`
  ],
  "0014_rules": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 0, NULL,
     '[{"kind":"owner"}]')`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 1, NULL,
     NULL)`,
    `INSERT INTO permission_rules VALUES ('aaaaaaaa', 'local:room', 'Bash', 'command', 'ls', 'a1', 9, 'Ada', NULL, NULL)`
  ],
  "0015_memory": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 0, NULL,
     '[{"kind":"owner"}]')`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 1, NULL,
     NULL)`,
    `INSERT INTO memory_files VALUES (1, 'local:room', '/srv/site/notes.md', '1 abc nomic 5000', 'nomic', 9)`,
    `INSERT INTO memory_pieces VALUES (1, 1, 0, 'Deploys happen on Mondays.', x'0000803F')`
  ],
  "0016_seen": [
    ...first.slice(0, 2),
    `INSERT INTO messages VALUES (1, 'local:room', 'm1', 'u1', 'Ada', 0, 'prompt', 'hi', '[]', 'replied', 'r1', NULL, 7, NULL, NULL, 0, NULL,
     '[{"kind":"owner"}]')`,
    `INSERT INTO messages VALUES (2, 'local:room', 'b1', 'loop', 'Loop', 1, 'prompt', 'Hello.', '[]', 'sent', 'r1', NULL, 9, 'r1', 'end', 1, NULL,
     NULL)`,
    `INSERT INTO seen VALUES ('owner', 'local:room', 9)`,
    `INSERT INTO seen VALUES ('owner', NULL, 5)`
  ]
}

const inFile = <A, E>(effect: (path: string) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.flatMap(directory, (path) => effect(join(path, "loop.sqlite")))

const schema = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`.values
})

describe("migrations", () => {
  it.effect.each(versions)("bring a file of version %s up to date, with everything in it", (version) =>
    inFile((path) =>
      Effect.gen(function* () {
        const known = Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= version))
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* migrate(known)
          for (const statement of contents[version]) yield* sql.unsafe(statement)
        }).pipe(Effect.provide(Sqlite.layer({ filename: path }), { local: true }))

        yield* Effect.gen(function* () {
          const channel = yield* Channels.use((channels) => channels.get(room))
          assert.deepInclude(channel, {
            name: "Room",
            session_id: "s1" as SessionId,
            settings: { busy: "steer" },
            created_at: 7
          })
          const run = yield* Runs.use((runs) => runs.get(runId("r1")))
          assert.deepInclude(run, { status: "completed", cost_usd: 0.5, result: "Hello." })
          const messages = yield* Messages.use((messages) => messages.ofRun(runId("r1")))
          assert.deepStrictEqual(
            messages.map((message) => message.content),
            ["hi", "Hello."]
          )
          const fresh = yield* Effect.provide(schema, Store.layer(":memory:"), { local: true })
          assert.deepStrictEqual(yield* schema, fresh)
        }).pipe(Effect.provide(Store.layer(path), { local: true }))
      })
    )
  )

  it("leave no number out since the first ones, for one that came later with it would never be run", () => {
    const numbers = versions.map((name) => Number.parseInt(name, 10)).slice(1)
    assert.deepStrictEqual(
      numbers,
      numbers.map((_, index) => index + 3)
    )
  })

  it.effect("are run once", () =>
    inFile((path) =>
      Effect.gen(function* () {
        const once = migrate().pipe(Effect.provide(Sqlite.layer({ filename: path }), { local: true }))
        assert.strictEqual((yield* once).length, versions.length)
        assert.deepStrictEqual(yield* once, [])
      })
    )
  )

  it.effect("that fail leave the file as it was", () =>
    inFile((path) =>
      Effect.gen(function* () {
        const file = Sqlite.layer({ filename: path })
        const broken = Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`CREATE TABLE half (n INTEGER)`
          yield* sql`CREATE TABLE meta (n INTEGER)`
        })
        const before = yield* Effect.andThen(migrate(), schema).pipe(Effect.provide(file, { local: true }))
        const failed = migrate({ ...migrations, "9000_broken": broken })
        yield* Effect.flip(failed).pipe(Effect.provide(file, { local: true }))
        assert.deepStrictEqual(yield* Effect.provide(schema, file, { local: true }), before)
      })
    )
  )

  it.effect("refuse a file that a newer version wrote", () =>
    inFile((path) =>
      Effect.gen(function* () {
        const newer = migrate({ ...migrations, "9000_later": Effect.void })
        yield* newer.pipe(Effect.provide(Sqlite.layer({ filename: path }), { local: true }))
        const error = yield* Effect.flip(Effect.provide(Channels, Store.layer(path), { local: true }))
        assert.deepStrictEqual([error._tag, error.reason], ["StoreError", "other"])
        assert.match(String(error.cause), /written by a newer version of Loop \(schema 9000/)
      })
    )
  )
})
