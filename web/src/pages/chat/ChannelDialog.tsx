/** A channel's own settings; an empty one means the configuration's. Deleting it, too. */
import { useNavigate } from "@tanstack/react-router"
import { type FormEvent, useState } from "react"
import { call, type Channel, Problem } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Confirm, Dialog } from "../../ui/Dialog.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed } from "../../ui/States.tsx"
import { busyModes, models, permissionModes } from "./settings.ts"
import { forget } from "./store.ts"

type Mode<K extends "busy" | "permission_mode"> = Channel[K]

const Options = <K extends string>({
  of,
  usual
}: {
  readonly of: Readonly<Record<K, string>>
  readonly usual: string
}) => (
  <>
    <option value="">{usual}</option>
    {Object.entries<string>(of).map(([value, name]) => (
      <option key={value} value={value}>
        {name}
      </option>
    ))}
  </>
)

const Deleting = ({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) => {
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const remove = async () => {
    setBusy(true)
    try {
      await call("DELETE /api/channels/{id}", { path: { id: channel.channel_id } })
      await navigate({ to: "/" })
      forget(channel.channel_id)
      await queries.invalidateQueries({ queryKey: ["channels"] })
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  const what = channel.parent_id === null ? "channel" : "thread"
  return (
    <Confirm
      title={`Delete ${channel.name}?`}
      act={`Delete the ${what}`}
      danger
      busy={busy}
      onClose={onClose}
      onConfirm={() => void remove()}
    >
      <p>
        What was said in this {what} goes with it{what === "channel" ? ", its threads and its tasks too" : ""}. Its
        directory stays.
      </p>
      {error !== undefined && <Failed error={error} />}
    </Confirm>
  )
}

export const ChannelDialog = ({ channel, onClose }: { readonly channel: Channel; readonly onClose: () => void }) => {
  const { settings } = channel
  const [name, setName] = useState(channel.name)
  const [model, setModel] = useState(settings.claude_model ?? "")
  const [permission, setPermission] = useState<Mode<"permission_mode"> | "">(settings.permission_mode ?? "")
  const [busyMode, setBusyMode] = useState<Mode<"busy"> | "">(settings.busy ?? "")
  const [directory, setDirectory] = useState(channel.dir_path ?? "")
  const [deleting, setDeleting] = useState(false)
  const [error, setError] = useState<unknown>()
  const fields = error instanceof Problem ? error.fields : {}
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const changed = {
      ...(name.trim() !== channel.name && { name: name.trim() }),
      ...(directory.trim() !== (channel.dir_path ?? "") && {
        dir_path: directory.trim() === "" ? null : directory.trim()
      }),
      ...(model.trim() !== (settings.claude_model ?? "") && {
        claude_model: model.trim() === "" ? null : model.trim()
      }),
      ...(permission !== (settings.permission_mode ?? "") && {
        permission_mode: permission === "" ? null : permission
      }),
      ...(busyMode !== (settings.busy ?? "") && { busy: busyMode === "" ? null : busyMode })
    }
    try {
      if (Object.keys(changed).length > 0) {
        await call("PATCH /api/channels/{id}", { path: { id: channel.channel_id }, body: changed })
        await queries.invalidateQueries({ queryKey: ["channel", channel.channel_id] })
        await queries.invalidateQueries({ queryKey: ["channels"] })
      }
      onClose()
    } catch (problem) {
      setError(problem)
    }
  }
  if (deleting) return <Deleting channel={channel} onClose={() => setDeleting(false)} />
  return (
    <Dialog title="Settings of this channel" onClose={onClose}>
      <form className="form" onSubmit={(event) => void save(event)}>
        <Field label="Name" problem={fields["name"]}>
          <input
            className="input"
            value={name}
            maxLength={200}
            required
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Directory on the server" help="Where the agent works." problem={fields["dir_path"]}>
          <input
            className="input"
            value={directory}
            placeholder="one of its own"
            onChange={(event) => setDirectory(event.target.value)}
          />
        </Field>
        <Field
          label="Model"
          help={`Now: ${channel.claude_model === "" ? "the engine’s own choice" : channel.claude_model}`}
          problem={fields["claude_model"]}
        >
          <input
            className="input"
            value={model}
            list="models"
            placeholder="as configured"
            onChange={(event) => setModel(event.target.value)}
          />
        </Field>
        <datalist id="models">
          {models.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <Field
          label="What the agent may do"
          help={`Now: ${permissionModes[channel.permission_mode]}`}
          problem={fields["permission_mode"]}
        >
          <select
            className="input"
            value={permission}
            onChange={(event) => setPermission(event.target.value as typeof permission)}
          >
            <Options of={permissionModes} usual="As configured" />
          </select>
        </Field>
        <Field label="While it is at work" help={`Now: ${busyModes[channel.busy]}`} problem={fields["busy"]}>
          <select
            className="input"
            value={busyMode}
            onChange={(event) => setBusyMode(event.target.value as typeof busyMode)}
          >
            <Options of={busyModes} usual="As configured" />
          </select>
        </Field>
        {error !== undefined && Object.keys(fields).length === 0 && <Failed error={error} />}
        <div className="dialog-buttons">
          <Button look="danger" className="to-start" onClick={() => setDeleting(true)}>
            Delete…
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit">
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
