/** The letters of tasks: rows of the mailbox that stand for occurrences. */
import { Clock, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { ChannelId, MessageId } from "../../domain/Ids.ts"
import * as Words from "../../domain/tasks/Words.ts"

/** Ends the occurrence of a letter that was taken out of the mailbox, if it is one; part of the caller's transaction. */
export const takenOut = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, channel: ChannelId, id: MessageId) {
  const now = yield* Clock.currentTimeMillis
  yield* sql`UPDATE task_occurrences SET status = 'skipped', reason = ${Words.takenOut}, ended_at = ${now}
    WHERE channel_id = ${channel} AND message_id = ${id} AND status = 'waiting'`
})
