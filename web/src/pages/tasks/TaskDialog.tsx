/** Makes a task, or changes one. */
import { useMutation, useQuery } from "@tanstack/react-query"
import { type FormEvent, useState } from "react"
import { call, Problem, sentenceOf, type Task } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Field } from "../../ui/Field.tsx"
import { ChannelSelect } from "../../ui/ChannelSelect.tsx"
import { blank, bodyOf, changesOf, type Draft, draftOf, type Fields, problemsOf } from "./draft.ts"
import { readAnew } from "./follow.ts"
import { Options } from "./Options.tsx"
import { When } from "./When.tsx"
import "./form.css"

interface Props {
  /** What is changed; a new one where it is left out. */
  readonly task?: Task
  /** Where a new one is to be, unless something else is chosen. */
  readonly channel?: string | undefined
  readonly onClose: () => void
  readonly onDone: (task: Task) => void
}

const optional = ["overlap", "catch_up", "catch_up_window_sec", "session", "pre_run", "auto_delete_sec"] as const

/** The server's, by field; of what is not in the form, the sentence stands below. */
const refusedFields = (error: unknown): Fields => (error instanceof Problem ? error.fields : {})

const save = (draft: Draft, task: Task | undefined): Promise<Task> => {
  if (task === undefined) return call("POST /api/tasks", { body: bodyOf(draft) })
  const body = changesOf(draft, draftOf(task))
  if (Object.keys(body).length === 0) return Promise.resolve(task)
  return call("PATCH /api/tasks/{id}", { path: { id: String(task.id) }, body })
}

export const TaskDialog = ({ channel, onClose, onDone, task }: Props) => {
  const { data: channels = [] } = useQuery(channelsQuery)
  const [draft, setDraft] = useState<Draft>(
    task === undefined ? { ...blank, channel_id: channel ?? "" } : draftOf(task)
  )
  const [tried, setTried] = useState(false)
  const { error, isPending, mutate, reset } = useMutation({
    mutationFn: () => save(draft, task),
    onSuccess: (made) => {
      void readAnew()
      onDone(made)
    }
  })
  const own = problemsOf(draft)
  const problems: Fields = tried ? { ...refusedFields(error), ...own } : {}
  const set = (change: Partial<Draft>) => {
    reset()
    setDraft((before) => ({ ...before, ...change }))
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(own).length === 0) mutate()
  }
  return (
    <Dialog title={task === undefined ? "New task" : `Task ${task.id}`} className="task-dialog" onClose={onClose}>
      <form className="form" noValidate onSubmit={submit}>
        <Field label="What the agent is to do" problem={problems.prompt}>
          <textarea
            className="input"
            rows={4}
            value={draft.prompt}
            placeholder="Look at what was merged since yesterday and tell us what changed."
            onChange={({ target }) => set({ prompt: target.value })}
          />
        </Field>
        {task === undefined && (
          <ChannelSelect
            channels={channels}
            value={draft.channel_id}
            none="Choose one"
            problem={problems.channel_id}
            onChange={(channel_id) => set({ channel_id })}
          />
        )}
        <When draft={draft} set={set} problems={problems} kept={task} />
        <Options
          draft={draft}
          set={set}
          problems={problems}
          open={optional.some((key) => problems[key] !== undefined)}
        />
        {error !== null && Object.keys(refusedFields(error)).length === 0 && (
          <p className="problem" role="alert">
            {sentenceOf(error)}
          </p>
        )}
        <div className="dialog-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={isPending}>
            {task === undefined ? "Make the task" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
