/** What `loop doctor` says, worst first, with what mends it. */
import { useQuery } from "@tanstack/react-query"
import { CircleCheck, CircleX, TriangleAlert } from "lucide-react"
import type { Finding } from "../../api/client.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { doctorQuery } from "./queries.ts"

const looks = {
  fail: [CircleX, "Has to be mended"],
  warn: [TriangleAlert, "Worth a look"],
  ok: [CircleCheck, "Fine"]
} as const

const rank = { fail: 0, warn: 1, ok: 2 }

export const FindingLine = ({ detail, mend, name, status }: Finding) => {
  const [Icon, said] = looks[status]
  return (
    <li className={status}>
      <Icon aria-label={said} role="img" size={18} />
      <div>
        <strong>{name}</strong> {detail}
        {mend !== undefined && <p className="mend">{mend}</p>}
      </div>
    </li>
  )
}

export const Findings = () => {
  const { data, error, isFetching, refetch } = useQuery(doctorQuery)
  const again = () => void refetch()
  return (
    <Card
      title="What the doctor finds"
      actions={
        <Button tiny disabled={isFetching} onClick={again}>
          {isFetching ? "Looking…" : "Look again"}
        </Button>
      }
    >
      {error !== null && <Failed error={error} onRetry={again} />}
      {data === undefined && error === null && <Loading what="The doctor looks around" />}
      <ul className="findings plain">
        {(data ?? [])
          .toSorted((a, b) => rank[a.status] - rank[b.status])
          .map((finding) => (
            <FindingLine key={`${finding.name} ${finding.detail}`} {...finding} />
          ))}
      </ul>
    </Card>
  )
}
