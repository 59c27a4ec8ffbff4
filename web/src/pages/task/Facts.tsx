/** How a task is set. */
import type { ChannelEntry, Task } from "../../api/client.ts"
import { duration } from "../../lib/time.ts"
import { Badge } from "../../ui/Card.tsx"
import { Fact, Facts } from "../../ui/Facts.tsx"
import { ChannelLink } from "../runs/RunState.tsx"
import { catchUps, overlaps, rest, sessions, types } from "../tasks/words.ts"

const seconds = (value: number) => duration(value * 1000)

export const TaskFacts = ({ channel, task }: { readonly task: Task; readonly channel: ChannelEntry | undefined }) => {
  const why = rest(task)
  return (
    <Facts>
      <Fact name="State">
        {why === undefined ? (
          <Badge tone="good">on</Badge>
        ) : (
          <Badge tone={why === "paused itself" ? "bad" : "warn"}>{why}</Badge>
        )}
      </Fact>
      <Fact name="Channel">
        <ChannelLink id={task.channel_id} channel={channel} />
      </Fact>
      <Fact name={types[task.type].name}>
        <code className="task-schedule">{task.schedule}</code>
      </Fact>
      <Fact name="Time zone">
        {task.zone}
        {task.timezone === null && <span className="dim"> by the configuration</span>}
      </Fact>
      <Fact name="When its last run is still at work">{overlaps[task.overlap]}</Fact>
      <Fact name="Times that passed while Loop was away">
        {catchUps[task.catch_up]}
        {task.catch_up !== "none" && <span className="dim"> within {seconds(task.catch_up_window_sec)}</span>}
      </Fact>
      <Fact name="Conversation">{sessions[task.session]}</Fact>
      {task.pre_run !== null && (
        <Fact name="Command that is run first">
          <code className="task-schedule">{task.pre_run}</code>
        </Fact>
      )}
      {task.auto_delete_sec > 0 && (
        <Fact name="Threads with nothing to report">deleted after {seconds(task.auto_delete_sec)}</Fact>
      )}
      {task.template_name !== undefined && <Fact name="Template">{task.template_name}</Fact>}
      {task.failures > 0 && <Fact name="Failures in a row">{task.failures}</Fact>}
    </Facts>
  )
}
