/**
 * The texts that are being written now, one per run, in memory. Readers are told how far a text is, never sent a piece
 * that must not be missed: whoever comes late, or reads slowly, gets one larger piece.
 */
import type { TextFrame } from "../../domain/ChannelEvent.ts"
import type { ChannelId, RunId } from "../../domain/Ids.ts"

interface Partial {
  /** Names this text: what a reader knows of another one is void. */
  readonly version: number
  readonly channel: ChannelId
  readonly messageUuid: string
  readonly reset: boolean
  /** Offset of the first unit we have: not 0 where we came in the middle. */
  readonly start: number
  readonly text: string
  readonly at: number
}

/** What one reader has seen of each run's text. */
export type Seen = Map<RunId, { readonly version: number; readonly end: number }>

export interface LiveText {
  readonly write: (frame: TextFrame) => void
  readonly forget: (run: RunId) => void
  /** What the reader has not seen yet, and marks it as seen. */
  readonly unseen: (seen: Seen, channel: ChannelId | undefined) => ReadonlyArray<TextFrame>
}

/** `shown`: what may be shown of a text so far. Offsets of what readers are told are in that. */
export const make = (shown: (text: string) => string = (text) => text): LiveText => {
  const partials = new Map<RunId, Partial>()
  /** Of each partial once, however many read it. */
  const views = new WeakMap<Partial, string>()
  const viewOf = (partial: Partial): string => {
    const known = views.get(partial)
    if (known !== undefined) return known
    const view = shown(partial.text)
    views.set(partial, view)
    return view
  }
  let versions = 0

  const write = ({ at, channel_id: channel, data, run_id: run }: TextFrame) => {
    const { message_uuid: messageUuid, offset, reset = false, text } = data
    const known = partials.get(run)
    const end = known === undefined ? -1 : known.start + known.text.length
    if (known === undefined || reset || known.messageUuid !== messageUuid || offset > end || offset < known.start) {
      partials.set(run, { version: ++versions, channel, messageUuid, reset, start: offset, text, at })
      return
    }
    const { start } = known
    const tail = known.text.slice(offset - start)
    if (text.startsWith(tail)) {
      partials.set(run, { ...known, text: known.text + text.slice(tail.length), at })
    } else if (!tail.startsWith(text)) {
      // Said again from there, and otherwise: what was shown is void. (The same again is nothing new.)
      const kept = known.text.slice(0, offset - start)
      partials.set(run, { ...known, version: ++versions, reset: true, text: kept + text, at })
    }
  }

  const unseen = (seen: Seen, channel: ChannelId | undefined) => {
    const frames: Array<TextFrame> = []
    for (const run of seen.keys()) if (!partials.has(run)) seen.delete(run)
    for (const [run, partial] of partials) {
      if (channel !== undefined && channel !== partial.channel) continue
      const before = seen.get(run)
      const whole = before?.version !== partial.version
      const offset = whole ? partial.start : before.end
      const text = viewOf(partial).slice(offset - partial.start)
      if (text === "" && !(whole && partial.reset)) continue
      seen.set(run, { version: partial.version, end: offset + text.length })
      frames.push({
        type: "run.text",
        at: partial.at,
        channel_id: partial.channel,
        run_id: run,
        data: { message_uuid: partial.messageUuid, offset, text, ...(whole && partial.reset && { reset: true }) }
      })
    }
    return frames
  }

  return { write, forget: (run) => void partials.delete(run), unseen }
}
