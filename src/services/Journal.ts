/** The journal of events, and the live hub over it. */
import { Context, type Effect, type Scope, type Stream } from "effect"
import type { JournalEvent, LiveEvent, NewEvent, TextFrame } from "../domain/ChannelEvent.ts"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

export class Journal extends Context.Service<
  Journal,
  {
    /** Stores events (in the caller's transaction if there is one); subscribers see them after the commit, in order of id. */
    readonly append: (events: ReadonlyArray<NewEvent>) => Effect.Effect<void, StoreError>
    readonly ofRun: (run: RunId) => Effect.Effect<ReadonlyArray<JournalEvent>, StoreError>
    /** Shows a piece of text that is being written; coalesced to 50 ms. */
    readonly text: (frame: TextFrame) => Effect.Effect<void>
    /** The text block is complete (or void) and the run's partial text is forgotten. */
    readonly textDone: (run: RunId) => Effect.Effect<void>
    /**
     * Events after `after` (a journal id; undefined: from now), of one channel or of all, then live ones as they come,
     * beginning with one frame that holds the whole partial text of each live run. An id older than what is kept gives
     * a `reset` event first. A slow reader never slows a writer.
     */
    readonly subscribe: (options: {
      readonly channel?: ChannelId
      readonly after?: number
    }) => Effect.Effect<Stream.Stream<LiveEvent, StoreError>, StoreError, Scope.Scope>
  }
>()("loop/services/Journal") {}
