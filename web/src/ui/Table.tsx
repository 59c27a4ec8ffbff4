import type { ReactNode } from "react"

export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  /** For numbers. */
  readonly right?: boolean
}

interface Props<Row> {
  /** Read out before the table. */
  readonly caption: string
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  readonly keyOf: (row: Row) => string | number
}

export const Table = <Row,>({ caption, columns, keyOf, rows }: Props<Row>) => (
  // Whoever uses the keyboard must be able to reach what is scrolled.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <div className="table-scroll" role="group" aria-label={caption} tabIndex={0}>
    <table className="table">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ name, right = false }) => (
            <th key={name} scope="col" className={right ? "right" : undefined}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ cell, name, right = false }) => (
              <td key={name} data-name={name} className={right ? "right" : undefined}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
