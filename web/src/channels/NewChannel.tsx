/** Asks for a channel's name, and where its work is to be done. */
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import { type FormEvent, useState } from "react"
import { call, Problem } from "../api/client.ts"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Field } from "../ui/Field.tsx"
import { Failed } from "../ui/States.tsx"

export const NewChannel = ({ onClose }: { readonly onClose: () => void }) => {
  const [name, setName] = useState("")
  const [directory, setDirectory] = useState("")
  const client = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: () => {
      const dir_path = directory.trim()
      return call("POST /api/channels/create", { body: { name: name.trim(), ...(dir_path !== "" && { dir_path }) } })
    },
    onSuccess: async ({ channel_id }) => {
      await client.invalidateQueries({ queryKey: ["channels"] })
      onClose()
      await navigate({ to: "/c/$channel", params: { channel: channel_id } })
    }
  })
  const { error } = create
  const fields = error instanceof Problem ? error.fields : {}
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== "") create.mutate()
  }
  return (
    <Dialog title="New channel" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <Field label="Name" problem={fields["name"]}>
          <input
            className="input"
            value={name}
            maxLength={200}
            required
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field
          label="Directory on the server"
          help="Where the agent works. Leave it empty, and the channel gets an empty one of its own."
          problem={fields["dir_path"]}
        >
          <input
            className="input"
            value={directory}
            placeholder="/home/you/project"
            autoComplete="off"
            onChange={(event) => setDirectory(event.target.value)}
          />
        </Field>
        {error !== null && Object.keys(fields).length === 0 && <Failed error={error} />}
        <div className="dialog-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={create.isPending || name.trim() === ""}>
            Make the channel
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
