/** What a measurement says, and how it is printed: one table, in which a missed target is plain to see. */

/** A figure; without a target it is for information. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** How it was measured, or against what. */
  readonly against: string
  readonly atMost?: number
}

/** The value below which the given share of the values lies. */
export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

const shown = (value: number): string => {
  if (!Number.isFinite(value)) return "failed"
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0
  return value.toFixed(digits)
}

const verdict = ({ atMost, value }: Figure): string => {
  if (atMost === undefined) return ""
  return value <= atMost ? "met" : "MISSED"
}

const row = (figure: Figure): ReadonlyArray<string> => [
  figure.what,
  `${shown(figure.value)} ${figure.unit}`.trim(),
  figure.against,
  figure.atMost === undefined ? "" : `<= ${figure.atMost} ${figure.unit}`.trim(),
  verdict(figure)
]

export const table = (figures: ReadonlyArray<Figure>): string => {
  const rows = [["figure", "value", "measured", "target", ""], ...figures.map(row)]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  )
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n")
}
