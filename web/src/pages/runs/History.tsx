/** Runs that have ended, newest first, as far back as somebody asks. */
import { useInfiniteQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { call, type ChannelEntry, type Run } from "../../api/client.ts"
import { count, dollars, tokens } from "../../lib/numbers.ts"
import { Button } from "../../ui/Button.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { type Column, Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"
import { ChannelLink, RunState, Took } from "./RunState.tsx"

const pageSize = 50
const route = getRouteApi("/runs")

const columnsOf = (channels: ReadonlyMap<string, ChannelEntry>): ReadonlyArray<Column<Run>> => [
  {
    name: "Began",
    cell: ({ run_id, started_at }) => (
      <Link to="/runs/$run" params={{ run: run_id }}>
        <Time at={started_at} />
      </Link>
    )
  },
  {
    name: "Channel",
    cell: ({ channel_id }) => <ChannelLink id={channel_id} channel={channels.get(channel_id)} />
  },
  { name: "Ended as", cell: ({ status }) => <RunState status={status} /> },
  {
    name: "What came of it",
    cell: ({ reason, result, task_id }) => (
      <span className="gist-of-run">
        {task_id !== undefined && (
          <Link to="/tasks/$task" params={{ task: String(task_id) }}>
            Task {task_id}
          </Link>
        )}{" "}
        {reason ?? result ?? ""}
      </span>
    )
  },
  { name: "Took", right: true, cell: (run) => <Took run={run} /> },
  { name: "Tokens", right: true, cell: ({ usage }) => count(tokens(usage)) },
  { name: "Cost", right: true, cell: ({ cost_usd }) => dollars(cost_usd) }
]

export const History = ({ channels }: { readonly channels: ReadonlyMap<string, ChannelEntry> }) => {
  const { channel, status, task } = route.useSearch()
  const filter = {
    live: "false" as const,
    limit: pageSize,
    ...(channel !== undefined && { channel_id: channel }),
    ...(status !== undefined && { status }),
    ...(task !== undefined && { task_id: task })
  }
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: ["runs", "ended", filter],
    queryFn: ({ pageParam }) =>
      call("GET /api/runs", { query: { ...filter, ...(pageParam !== undefined && { before: pageParam }) } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.run_id),
    placeholderData: (before) => before
  })
  if (error !== null && data === undefined) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="Loading what has run" />
  const runs = data.pages.flat()
  const isFiltered = channel !== undefined || status !== undefined || task !== undefined
  if (runs.length === 0) {
    return isFiltered ? (
      <Empty title="No such run">
        <p>No run that has ended is like that. Choose something else above, or clear it to see them all.</p>
      </Empty>
    ) : (
      <Empty title="Nothing has run yet">
        <p>Each message that an agent works on is a run. Say something in a channel, and it is listed here.</p>
      </Empty>
    )
  }
  return (
    <>
      <Table caption="Runs that have ended" rows={runs} keyOf={({ run_id }) => run_id} columns={columnsOf(channels)} />
      {error !== null && <Failed error={error} />}
      {hasNextPage && (
        <div className="further">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Earlier runs
          </Button>
        </div>
      )}
    </>
  )
}
