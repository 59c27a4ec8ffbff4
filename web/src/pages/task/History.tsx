/** What became of each of a task's instants, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { call, type Occurrence } from "../../api/client.ts"
import { Badge } from "../../ui/Card.tsx"
import { Button } from "../../ui/Button.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"
import { occurrenceTones } from "../tasks/words.ts"

const pageSize = 25

const Where = ({ occurrence: { run_id, thread_id } }: { readonly occurrence: Occurrence }) => (
  <span className="task-links">
    {run_id !== undefined && (
      <Link to="/runs/$run" params={{ run: run_id }}>
        Run
      </Link>
    )}
    {thread_id !== undefined && (
      <Link to="/c/$channel" params={{ channel: thread_id }}>
        Thread
      </Link>
    )}
  </span>
)

export const History = ({ id }: { readonly id: string }) => {
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: ["tasks", "history", id],
    queryFn: ({ pageParam }) =>
      call("GET /api/tasks/{id}/runs", {
        path: { id },
        query: { limit: pageSize, ...(pageParam !== undefined && { before: pageParam }) }
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.length < pageSize ? undefined : page.at(-1)?.occurrence_at)
  })
  if (error !== null && data === undefined) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="Loading the history" />
  const all = data.pages.flat()
  if (all.length === 0) return <p className="dim">It has not been due yet.</p>
  return (
    <>
      <Table
        caption="What became of its times"
        rows={all}
        keyOf={({ occurrence_at }) => occurrence_at}
        columns={[
          { name: "Due", cell: ({ occurrence_at }) => <Time at={occurrence_at} /> },
          { name: "What became of it", cell: ({ status }) => <Badge tone={occurrenceTones[status]}>{status}</Badge> },
          { name: "Why", cell: ({ reason = "" }) => <span className="task-why">{reason}</span> },
          { name: "Ended", cell: ({ ended_at }) => (ended_at === undefined ? "" : <Time at={ended_at} />) },
          { name: "Where", cell: (occurrence) => <Where occurrence={occurrence} /> }
        ]}
      />
      {hasNextPage && (
        <div className="further">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Earlier ones
          </Button>
        </div>
      )}
    </>
  )
}
