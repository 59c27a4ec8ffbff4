/** `loop run <id> --follow`: what a run does, as it does it, from its beginning to its end. */
import { Effect, Schema, Stream } from "effect"
import { RunStatus } from "../domain/Run.ts"
import { ask } from "./Ask.ts"
import { emptyView, finish, show, type View } from "./ChatView.ts"
import { Client } from "./Client.ts"
import * as Screen from "./Screen.ts"
import { ApiEvent } from "./Sse.ts"

const State = Schema.Struct({ channel_id: Schema.String, status: RunStatus, ended_at: Schema.NullOr(Schema.String) })

/** After these it may have ended, or something may be missing. */
const ends = new Set(["run.ended", "reconnected", "reset"])

/**
 * Subscribed first, then the journal from its beginning, then what comes: nothing is missed and nothing shown twice, also
 * after a lost connection, because the journal is read again. `quiet`: it only waits for the end.
 */
export const follow = Effect.fn("follow")(
  function* (id: string, quiet: boolean) {
    const { value: run } = yield* ask("GET /api/runs/{id}", State, { path: { id } })
    const client = yield* Client
    const write = (text: string) => (quiet ? Effect.void : Screen.write(text))
    const feed = yield* client.follow(run.channel_id)
    let view: View = emptyView
    let last = 0

    const tell = Effect.fnUntraced(function* (event: ApiEvent) {
      if (event.run_id !== id || (event.id !== undefined && event.id <= last)) return
      last = event.id ?? last
      const [next, text] = show(view, event, true)
      view = next
      yield* write(text)
    })

    const catchUp = Effect.gen(function* () {
      const { value: entries } = yield* ask("GET /api/runs/{id}/events", Schema.Array(ApiEvent), { path: { id } })
      yield* Effect.forEach(entries, tell, { discard: true })
      const { value: now } = yield* ask("GET /api/runs/{id}", State, { path: { id } })
      return now.ended_at !== null
    })

    const ended = feed.events.pipe(
      Stream.mapEffect((event) => (ends.has(event.type) ? catchUp : Effect.as(tell(event), false))),
      Stream.filter((over) => over),
      Stream.runHead
    )
    if (!(yield* catchUp)) yield* ended
    yield* write(`${finish(view)}\n`)
  },
  Effect.scoped,
  Screen.withoutProgress
)
