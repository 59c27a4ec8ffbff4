/** What model calls cost: by day as a picture, by channel, task and model, and what the budgets leave. */
import { useState } from "react"
import { Page } from "../../ui/Page.tsx"
import { Budgets } from "./Budgets.tsx"
import { Days } from "./Days.tsx"
import { Parts } from "./Parts.tsx"
import { ranges, type Range } from "./range.ts"
import "./spend.css"

export default function SpendPage() {
  const [range, setRange] = useState<Range>(30)
  return (
    <Page
      title="Spend"
      actions={
        <select
          className="input range"
          aria-label="How far back"
          value={range}
          onChange={(event) => setRange(ranges.find((each) => String(each) === event.target.value) ?? 30)}
        >
          {ranges.map((days) => (
            <option key={days} value={days}>
              {days} days
            </option>
          ))}
        </select>
      }
    >
      <Budgets />
      <Days range={range} />
      <Parts range={range} />
    </Page>
  )
}
