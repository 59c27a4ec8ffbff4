/** Whose rights messages and tasks carry, as their columns `on_behalf` have it. */
import { Effect, Schema } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import type { RunId } from "../../domain/Ids.ts"
import { Author, together } from "../../domain/Subject.ts"

const Stored = Schema.fromJsonString(Schema.Array(Author))
const encodeAuthors = Schema.encodeEffect(Stored)
const decodeRows = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ on_behalf: Schema.NullOr(Stored) })))

/** Null where nobody knows. */
export const encode = (authors: ReadonlyArray<Author>) =>
  authors.length === 0 ? Effect.succeed(null) : encodeAuthors(authors)

export const decode = (rows: unknown) =>
  Effect.map(decodeRows(rows), (all) => all.map(({ on_behalf }) => on_behalf ?? []))

/** Messages that others have had a part in: the work on them may do no more than these may, too. */
export const sign = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  where: Statement.Fragment,
  authors: ReadonlyArray<Author>
) {
  const found = yield* sql<{ on_behalf: string | null }>`SELECT DISTINCT on_behalf FROM messages WHERE ${where}`
  for (const row of found) {
    const [before = []] = yield* decode([row])
    const on_behalf = yield* encode(together(before, authors))
    yield* sql`UPDATE messages SET on_behalf = ${on_behalf} WHERE ${where} AND on_behalf = ${row.on_behalf}`
  }
})

/** Everybody for whose words a run works; none where nobody knows one of them. What was only overheard asks for nothing. */
export const ofRun = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, run: RunId) {
  const rows = yield* sql`SELECT DISTINCT on_behalf FROM messages
    WHERE run_id = ${run} AND is_bot = 0 AND state <> 'noted'`
  const [first = [], ...others] = yield* decode(rows)
  return others.reduce<ReadonlyArray<Author>>(together, first)
})
