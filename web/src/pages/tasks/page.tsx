/** What is scheduled, in every channel. */
import { useQueries, useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { call } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Badge } from "../../ui/Card.tsx"
import { Page } from "../../ui/Page.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"

export default function TasksPage() {
  const { data: channels, error } = useQuery(channelsQuery)
  const each = useQueries({
    queries: (channels ?? []).map(({ channel_id }) => ({
      queryKey: ["tasks", channel_id],
      queryFn: () => call("GET /api/tasks", { query: { channel_id } })
    }))
  })
  const names = new Map((channels ?? []).map(({ channel_id, name }) => [channel_id, name]))
  const tasks = each.flatMap(({ data = [] }) => data)
  const failed = error ?? each.find((query) => query.error !== null)?.error ?? null
  const ready = channels !== undefined && each.every(({ isPending }) => !isPending)
  return (
    <Page title="Tasks">
      {failed !== null && <Failed error={failed} />}
      {!ready && failed === null && <Loading />}
      {ready && tasks.length === 0 && (
        <Empty title="Nothing is scheduled">
          <p>
            Type <code>/schedule</code> in a channel, or ask the agent to do something at a set time.
          </p>
        </Empty>
      )}
      {tasks.length > 0 && (
        <Table
          caption="Tasks"
          rows={tasks}
          keyOf={({ id }) => id}
          columns={[
            { name: "Task", cell: ({ prompt }) => prompt },
            {
              name: "Channel",
              cell: ({ channel_id }) => (
                <Link to="/c/$channel" params={{ channel: channel_id }}>
                  {names.get(channel_id) ?? channel_id}
                </Link>
              )
            },
            { name: "Schedule", cell: ({ schedule }) => <code>{schedule}</code> },
            {
              name: "Next",
              cell: ({ enabled, next_run_at }) =>
                !enabled ? <Badge tone="warn">paused</Badge> : next_run_at === null ? "–" : <Time at={next_run_at} />
            }
          ]}
        />
      )}
    </Page>
  )
}
