/** Tokens with a scope, the audit log, strangers that owners were asked about, and whose rights a message and a task carry. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE tokens ADD COLUMN created_by TEXT`
  yield* sql`ALTER TABLE tokens ADD COLUMN revoked_at BIGINT`

  // JSON: an array of authors (domain/Subject). Null: nobody knows.
  yield* sql`ALTER TABLE messages ADD COLUMN on_behalf TEXT`
  yield* sql`ALTER TABLE tasks ADD COLUMN on_behalf TEXT`

  const serial = sql.onDialectOrElse({
    pg: () => sql.literal("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    orElse: () => sql.literal("INTEGER PRIMARY KEY AUTOINCREMENT")
  })
  // place: the channel as it was called then; it is no reference, since what was done outlives where it was done.
  yield* sql`CREATE TABLE audit (
    id ${serial},
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    via TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    place TEXT,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
  )`
  yield* sql`CREATE INDEX audit_by_place ON audit (place, id)`
  yield* sql`CREATE INDEX audit_by_age ON audit (at)`
  yield* sql.onDialectOrElse({
    sqlite: () =>
      Effect.andThen(
        sql`CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
          BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END`,
        sql`CREATE TRIGGER audit_kept BEFORE DELETE ON audit
          BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END`
      ),
    orElse: () => Effect.void
  })

  // decision: null until somebody decides; member, owner, or ignore.
  yield* sql`CREATE TABLE access_asks (
    ask_id TEXT PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES channels (channel_id) ON DELETE CASCADE,
    person_id TEXT NOT NULL,
    name TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decision TEXT,
    decided_at BIGINT,
    decided_by TEXT
  )`
  yield* sql`CREATE INDEX access_asks_by_person ON access_asks (channel_id, person_id, asked_at)`
  yield* sql`CREATE INDEX access_asks_by_age ON access_asks (asked_at)`
})
