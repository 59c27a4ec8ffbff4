/** What the budgets allow, what is spent of it and what is left. */
import { useQuery } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { dollars } from "../../lib/numbers.ts"
import { Card } from "../../ui/Card.tsx"
import { Failed } from "../../ui/States.tsx"
import { Time } from "../../ui/Time.tsx"

export const Budgets = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ["budget"],
    queryFn: () => call("GET /api/budget"),
    refetchInterval: 30_000
  })
  const { data: channels = [] } = useQuery(channelsQuery)
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const names = new Map(channels.map(({ channel_id, name }) => [channel_id, name]))
  return (
    <Card title="Budgets">
      {data.length === 0 && (
        <p className="dim">
          None is set. <code>budget</code> in the configuration limits what a run, a day or a task may cost, and{" "}
          <code>/set</code> does so for a channel; at the limit the agent is stopped and says so.
        </p>
      )}
      <ul className="budgets plain">
        {data.map(({ left_usd, level, limit_usd, raised_usd, resets_at, scope, spent_usd }) => (
          <li key={`${level} ${scope}`}>
            <span>
              <strong>
                {scope === "*" ? "Everything" : (names.get(scope) ?? scope)}, per {level}
              </strong>
              {raised_usd > 0 && <span className="dim"> with {dollars(raised_usd)} more allowed</span>}
            </span>
            <meter
              min={0}
              max={Math.max(limit_usd, 0.000_001)}
              low={limit_usd * 0.8}
              high={limit_usd * 0.999}
              optimum={0}
              value={Math.min(spent_usd, limit_usd)}
              aria-label={`${dollars(spent_usd)} of ${dollars(limit_usd)}`}
            />
            <span className="num">
              {dollars(spent_usd)} of {dollars(limit_usd)}, {dollars(left_usd)} left
              {resets_at !== null && (
                <span className="dim">
                  {" "}
                  until <Time at={resets_at} />
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
