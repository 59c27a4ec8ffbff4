/** What of a channel's history is looked at again after a time without a connection. */

/** Platforms count their messages up: the longer id is the newer one, and of two as long the greater. */
export const isNewer = (id: string, than: string): boolean =>
  id.length === than.length ? id > than : id.length > than.length

export interface Bounds {
  /** The newest message that was judged; undefined where there is none. */
  readonly after: string | undefined
  /** Epoch milliseconds: what was written earlier is too old. */
  readonly since: number
}

/** Those messages that are to be judged, in the order given. */
export const toJudge = <M extends { readonly id: string; readonly at: number }>(
  messages: ReadonlyArray<M>,
  { after, since }: Bounds
): ReadonlyArray<M> => messages.filter(({ at, id }) => at >= since && (after === undefined || isNewer(id, after)))

export const newestOf = (messages: ReadonlyArray<{ readonly id: string }>): string | undefined =>
  messages.reduce<string | undefined>(
    (newest, { id }) => (newest === undefined || isNewer(id, newest) ? id : newest),
    undefined
  )
