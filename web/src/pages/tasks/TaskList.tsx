/** Tasks as a list, those that are due next first. */
import { Link } from "@tanstack/react-router"
import type { ChannelEntry, Task } from "../../api/client.ts"
import { Badge } from "../../ui/Card.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"
import { ChannelLink } from "../runs/RunState.tsx"
import { TaskButtons } from "./TaskButtons.tsx"
import { rest } from "./words.ts"

const Next = ({ task }: { readonly task: Task }) => {
  const why = rest(task)
  if (why !== undefined) return <Badge tone={why === "paused itself" ? "bad" : "warn"}>{why}</Badge>
  return task.next_run_at === null ? null : <Time at={task.next_run_at} />
}

interface Props {
  readonly tasks: ReadonlyArray<Task>
  readonly channels: ReadonlyMap<string, ChannelEntry>
}

export const TaskList = ({ channels, tasks }: Props) => (
  <Table
    caption="Tasks"
    rows={tasks}
    keyOf={({ id }) => id}
    columns={[
      {
        name: "Task",
        cell: ({ id, prompt, template_name }) => (
          <span className="task-gist">
            <Link to="/tasks/$task" params={{ task: String(id) }}>
              {prompt}
            </Link>
            {template_name !== undefined && <span className="dim small"> from {template_name}</span>}
          </span>
        )
      },
      { name: "Next", cell: (task) => <Next task={task} /> },
      { name: "Channel", cell: ({ channel_id }) => <ChannelLink id={channel_id} channel={channels.get(channel_id)} /> },
      {
        name: "Schedule",
        cell: ({ schedule, type, zone }) => (
          <>
            <code className="task-cron">{type === "interval" ? `every ${schedule}` : schedule}</code>
            {type !== "interval" && <span className="dim small task-zone">{zone}</span>}
          </>
        )
      },
      { name: "", cell: (task) => <TaskButtons task={task} /> }
    ]}
  />
)
