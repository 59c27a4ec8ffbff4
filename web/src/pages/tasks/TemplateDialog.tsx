/** Adds a task that is ready-made: of the configuration, or of the channel's project. */
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { call, sentenceOf, type Task } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Badge } from "../../ui/Card.tsx"
import { Button } from "../../ui/Button.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { ChannelSelect } from "../../ui/ChannelSelect.tsx"
import { readAnew } from "./follow.ts"
import "./form.css"

interface Props {
  readonly channel: string | undefined
  readonly onClose: () => void
  readonly onDone: (task: Task) => void
}

const Templates = ({ channel, onDone }: { readonly channel: string; readonly onDone: (task: Task) => void }) => {
  const path = { id: channel }
  const { data, error, refetch } = useQuery({
    queryKey: ["templates", channel],
    queryFn: () => call("GET /api/channels/{id}/templates", { path })
  })
  const add = useMutation({
    mutationFn: (name: string) => call("POST /api/channels/{id}/templates", { path, body: { name } }),
    onSuccess: (task) => {
      void readAnew()
      onDone(task)
    }
  })
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="Loading the templates" />
  if (data.length === 0) return <p className="dim">There are none. task_templates in the configuration has them.</p>
  return (
    <>
      {add.error !== null && (
        <p className="problem" role="alert">
          {sentenceOf(add.error)}
        </p>
      )}
      <ul className="plain task-templates">
        {data.map(({ description, name, project, schedule }) => (
          <li key={name}>
            <div>
              <b>{name}</b> <code>{schedule}</code> {project && <Badge>of the project</Badge>}
              <p className="small dim">{description}</p>
            </div>
            <Button tiny disabled={add.isPending} aria-label={`Add ${name}`} onClick={() => add.mutate(name)}>
              Add
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}

export const TemplateDialog = ({ channel, onClose, onDone }: Props) => {
  const { data: channels = [] } = useQuery(channelsQuery)
  const [chosen, setChosen] = useState(channel ?? "")
  return (
    <Dialog title="Add from a template" onClose={onClose}>
      <ChannelSelect channels={channels} value={chosen} none="Choose one" onChange={setChosen} />
      {chosen === "" ? (
        <p className="dim small">Templates are those of the configuration and of the channel’s project.</p>
      ) : (
        <Templates key={chosen} channel={chosen} onDone={onDone} />
      )}
    </Dialog>
  )
}
