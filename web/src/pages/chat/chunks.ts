/**
 * Rows in groups that stay as they are while rows come above and below: a group out of sight costs nothing, however
 * many rows are in it (`content-visibility` in timeline.css), and one that is the same is not drawn again.
 */
import type { Row } from "./rows.ts"

export interface Chunk {
  readonly key: string
  readonly rows: ReadonlyArray<Row>
}

const most = 24

/** Remembers which group a row has come into; one for each list. */
export const makeChunks = () => {
  const groups = new Map<string, string>()
  let last: ReadonlyArray<Chunk> = []

  const grouped = (rows: ReadonlyArray<Row>): ReadonlyArray<Chunk> => {
    const chunks: Array<{ readonly key: string; readonly rows: Array<Row> }> = []
    const used = new Set<string>()
    for (const row of rows) {
      const open = chunks.at(-1)
      const known = groups.get(row.entry.key)
      if (open !== undefined && (known === open.key || (known === undefined && open.rows.length < most))) {
        open.rows.push(row)
        continue
      }
      // A row that has come to another place than its group begins one of its own.
      const key =
        [known, row.entry.key, `${row.entry.key}+`].find((each) => each !== undefined && !used.has(each)) ?? ""
      used.add(key)
      chunks.push({ key, rows: [row] })
    }
    return chunks
  }

  return (rows: ReadonlyArray<Row>): ReadonlyArray<Chunk> => {
    const before = new Map(last.map((chunk) => [chunk.key, chunk]))
    last = grouped(rows).map((chunk) => {
      const known = before.get(chunk.key)
      const same = known?.rows.length === chunk.rows.length && known.rows.every((row, n) => row === chunk.rows[n])
      return same ? known : chunk
    })
    for (const { key, rows: its } of last) for (const { entry } of its) groups.set(entry.key, key)
    return last
  }
}
