/** What can be done with a task: run it now, pause and resume it; and what the server says where it cannot. */
import { useMutation } from "@tanstack/react-query"
import { Pause, Play, RotateCw } from "lucide-react"
import { call, sentenceOf, type Task } from "../../api/client.ts"
import { Button } from "../../ui/Button.tsx"
import { readAnew } from "./follow.ts"

export const TaskButtons = ({ task }: { readonly task: Task }) => {
  const path = { id: String(task.id) }
  const now = useMutation({ mutationFn: () => call("POST /api/tasks/{id}/run", { path }), onSettled: readAnew })
  const turn = useMutation({
    mutationFn: () => call("PATCH /api/tasks/{id}", { path, body: { enabled: !task.enabled } }),
    onSettled: readAnew
  })
  const error = now.error ?? turn.error
  const begin = (act: typeof now | typeof turn) => () => {
    now.reset()
    turn.reset()
    act.mutate()
  }
  return (
    <div className="task-buttons">
      <Button tiny disabled={now.isPending} aria-label={`Run now: task ${task.id}`} onClick={begin(now)}>
        <RotateCw aria-hidden size={13} /> Run now
      </Button>
      <Button
        tiny
        disabled={turn.isPending}
        aria-label={`${task.enabled ? "Pause" : "Resume"} task ${task.id}`}
        onClick={begin(turn)}
      >
        {task.enabled ? <Pause aria-hidden size={13} /> : <Play aria-hidden size={13} />}
        {task.enabled ? "Pause" : "Resume"}
      </Button>
      {error !== null && (
        <p className="field-problem" role="alert">
          {sentenceOf(error)}
        </p>
      )}
    </div>
  )
}
