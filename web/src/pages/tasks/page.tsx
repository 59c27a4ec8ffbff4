/** What is scheduled: as a list, or on the days of a week or a month. */
import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { Plus } from "lucide-react"
import { useMemo, useState } from "react"
import type { Task } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { changed } from "../../lib/changed.ts"
import { Button } from "../../ui/Button.tsx"
import { Page } from "../../ui/Page.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Calendar } from "./Calendar.tsx"
import { ChannelSelect } from "../../ui/ChannelSelect.tsx"
import { mostListed, tasksQuery } from "./follow.ts"
import { views } from "./search.ts"
import { TaskDialog } from "./TaskDialog.tsx"
import { TaskList } from "./TaskList.tsx"
import { TemplateDialog } from "./TemplateDialog.tsx"
import "./tasks.css"

const route = getRouteApi("/tasks")
const viewNames = { list: "List", week: "Week", month: "Month" }
const none: ReadonlyArray<never> = []

const Views = () => {
  const { view = "list" } = route.useSearch()
  return (
    <nav className="task-views" aria-label="How tasks are shown">
      {views.map((each) => (
        <Link
          key={each}
          to="/tasks"
          search={(before) => changed(before, { view: each === "list" ? undefined : each })}
          className="task-view"
          activeProps={{}}
          aria-current={each === view ? "page" : undefined}
          data-on={each === view || undefined}
        >
          {viewNames[each]}
        </Link>
      ))}
    </nav>
  )
}

export default function TasksPage() {
  const { channel, view = "list" } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: all = none } = useQuery(channelsQuery)
  const channels = useMemo(() => new Map(all.map((each) => [each.channel_id, each])), [all])
  const { data, error, refetch } = useQuery(tasksQuery)
  const [making, setMaking] = useState<"own" | "template">()
  const tasks = channel === undefined ? data : data?.filter(({ channel_id }) => channel_id === channel)
  const close = () => setMaking(undefined)
  const done = ({ id }: Task) => {
    close()
    void navigate({ to: "/tasks/$task", params: { task: String(id) } })
  }
  const make = (
    <Button look="primary" onClick={() => setMaking("own")}>
      <Plus aria-hidden size={15} /> New task
    </Button>
  )
  const template = <Button onClick={() => setMaking("template")}>From a template</Button>
  return (
    <Page title="Tasks" actions={make}>
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {tasks === undefined && error === null && <Loading what="Loading the tasks" />}
      {data?.length === 0 && (
        <Empty title="Nothing is scheduled" actions={template}>
          <p>
            A task is something that an agent does at set times. Make one here, type <code>/schedule</code> in a
            channel, or ask an agent to do something at a set time.
          </p>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <div className="task-bar">
          <Views />
          {template}
          <ChannelSelect
            channels={all}
            value={channel ?? ""}
            none="All channels"
            onChange={(id) =>
              void navigate({
                search: (before) => changed(before, { channel: id === "" ? undefined : id }),
                replace: true
              })
            }
          />
        </div>
      )}
      {tasks !== undefined && data !== undefined && data.length > 0 && tasks.length === 0 && (
        <Empty title="Nothing is scheduled in this channel" />
      )}
      {tasks !== undefined &&
        tasks.length > 0 &&
        (view === "list" ? <TaskList tasks={tasks} channels={channels} /> : <Calendar tasks={tasks} view={view} />)}
      {(data?.length ?? 0) >= mostListed && (
        <p className="dim small">
          These are the {mostListed} that are due next. `loop tasks list` has a channel’s all.
        </p>
      )}
      {making === "own" && <TaskDialog channel={channel} onClose={close} onDone={done} />}
      {making === "template" && <TemplateDialog channel={channel} onClose={close} onDone={done} />}
    </Page>
  )
}
