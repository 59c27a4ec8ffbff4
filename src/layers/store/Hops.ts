/** How far what is said is from a person; see `domain/chat/Hops`. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { mayCall } from "../../domain/chat/Hops.ts"
import { type ChannelId, RunId } from "../../domain/Ids.ts"

interface Part {
  readonly content: string
  readonly hops: number
  readonly platform_id: string | null
  readonly said_key: string
  readonly said_by: string
}

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const after = Effect.fnUntraced(function* (run: RunId) {
    const [far] = yield* sql<{ hops: number | null }>`SELECT MAX(hops) AS hops FROM messages
      WHERE run_id = ${run} AND is_bot = 0`
    return (far?.hops ?? 0) + 1
  })

  /** A part whose answer has not been heard yet is known by its text: it is the one of its channel that is on its way. */
  const partOf = Effect.fnUntraced(function* (channel: ChannelId, id: string, content: string) {
    const parts =
      yield* sql<Part>`SELECT outbox.content, outbox.platform_id, messages.hops, messages.said_key, messages.said_by
      FROM outbox JOIN messages USING (channel_id, message_id)
      WHERE outbox.channel_id = ${channel} AND (outbox.platform_id = ${id}
        OR (outbox.state = 'waiting' AND outbox.first_tried_at IS NOT NULL))`
    return (
      parts.find(({ platform_id }) => platform_id === id) ??
      parts.find((part) => part.content.trim() === content.trim())
    )
  })

  const of = Effect.fnUntraced(function* (channel: ChannelId, id: string, content: string) {
    const found = yield* partOf(channel, id, content)
    return found !== undefined && mayCall(found.said_key) ? found.hops : undefined
  })

  /** The run that said it; undefined for what none did. */
  const runOf = Effect.fnUntraced(function* (channel: ChannelId, id: string, content: string) {
    const found = yield* partOf(channel, id, content)
    return found === undefined || found.said_by === "" ? undefined : RunId.make(found.said_by)
  })

  return { after, of, runOf }
})
