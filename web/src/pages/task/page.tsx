/** One task: what it says, when it is due, what became of it so far, and what can be done with it. */
import { useMutation, useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { Pencil, Trash2 } from "lucide-react"
import { useState } from "react"
import { call, Problem, sentenceOf, type Task } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Confirm } from "../../ui/Dialog.tsx"
import { Page } from "../../ui/Page.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { readAnew, taskQuery } from "../tasks/follow.ts"
import { Instants } from "../tasks/Instants.tsx"
import { TaskButtons } from "../tasks/TaskButtons.tsx"
import { TaskDialog } from "../tasks/TaskDialog.tsx"
import { TaskFacts } from "./Facts.tsx"
import { History } from "./History.tsx"
import "../tasks/tasks.css"

const route = getRouteApi("/tasks/$task")

const Back = () => (
  <Link to="/tasks" className="button text">
    All tasks
  </Link>
)

const Delete = ({ onClose, task }: { readonly task: Task; readonly onClose: () => void }) => {
  const navigate = route.useNavigate()
  const { error, isPending, mutate } = useMutation({
    mutationFn: () => call("DELETE /api/tasks/{id}", { path: { id: String(task.id) } }),
    onSuccess: async () => {
      await navigate({ to: "/tasks" })
      void readAnew()
    }
  })
  return (
    <Confirm
      title={`Delete task ${task.id}?`}
      act="Delete"
      danger
      busy={isPending}
      onConfirm={mutate}
      onClose={onClose}
    >
      <p>It is deleted with its history. A run of it that is at work goes on.</p>
      {error !== null && (
        <p className="problem" role="alert">
          {sentenceOf(error)}
        </p>
      )}
    </Confirm>
  )
}

const OneTask = ({ task }: { readonly task: Task }) => {
  const { data: channels } = useQuery(channelsQuery)
  const [open, setOpen] = useState<"edit" | "delete">()
  const close = () => setOpen(undefined)
  const next = task.next_runs ?? []
  return (
    <Page title={`Task ${task.id}`} actions={<Back />}>
      {task.paused_reason !== undefined && (
        <div className="problem" role="note">
          <p>It has paused itself. {task.paused_reason} Mend that, then resume it.</p>
        </div>
      )}
      <div className="task-bar">
        <TaskButtons task={task} />
        <Button tiny onClick={() => setOpen("edit")}>
          <Pencil aria-hidden size={13} /> Edit
        </Button>
        <Button tiny look="danger" onClick={() => setOpen("delete")}>
          <Trash2 aria-hidden size={13} /> Delete
        </Button>
      </div>
      <Card title="What the agent is to do">
        <p className="prompt-of">{task.prompt}</p>
      </Card>
      <div className="task-two">
        <Card title={`Next times in ${task.zone ?? "UTC"}`}>
          {next.length === 0 ? (
            <p className="dim">None lies ahead.</p>
          ) : (
            <Instants all={next} zone={task.zone ?? "UTC"} />
          )}
        </Card>
        <Card title="How it is set">
          <TaskFacts task={task} channel={channels?.find(({ channel_id }) => channel_id === task.channel_id)} />
        </Card>
      </div>
      <Card title="History">
        <History id={String(task.id)} />
      </Card>
      {open === "edit" && <TaskDialog task={task} onClose={close} onDone={close} />}
      {open === "delete" && <Delete task={task} onClose={close} />}
    </Page>
  )
}

export default function TaskPage() {
  const { task: id } = route.useParams()
  const { data, error, refetch } = useQuery(taskQuery(id))
  const isGone = error instanceof Problem && error.status === 404
  if (data !== undefined && !isGone) return <OneTask key={id} task={data} />
  return (
    <Page title="Task" actions={<Back />}>
      {error === null && <Loading what="Loading the task" />}
      {isGone && (
        <Empty title="There is no such task" actions={<Back />}>
          <p>It may have been deleted since.</p>
        </Empty>
      )}
      {error !== null && !isGone && <Failed error={error} onRetry={() => void refetch()} />}
    </Page>
  )
}
