/** Opens a thread from a message: the agent remembers everything up to there, and what follows stays apart. */
import { useNavigate } from "@tanstack/react-router"
import { type FormEvent, useState } from "react"
import { call } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { Field } from "../../ui/Field.tsx"
import { Failed } from "../../ui/States.tsx"

const nameFrom = (text: string) => {
  const line = (text.split("\n").find((each) => each.trim() !== "") ?? "").replaceAll(/[#*`_>]/g, "").trim()
  return line.length > 48 ? `${line.slice(0, 47).trimEnd()}…` : line
}

interface Props {
  readonly channel: string
  readonly message: string
  /** The message's text. */
  readonly about: string
  readonly onClose: () => void
}

export const ThreadDialog = ({ about, channel, message, onClose }: Props) => {
  const [name, setName] = useState(() => nameFrom(about))
  const [text, setText] = useState("")
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const navigate = useNavigate()
  const open = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || name.trim() === "") return
    setBusy(true)
    try {
      const first = text.trim()
      const body = {
        channel_id: channel,
        name: name.trim(),
        from_message_id: message,
        ...(first !== "" && { message: first })
      }
      const { thread_id } = await call("POST /api/threads", { body })
      await queries.invalidateQueries({ queryKey: ["channels"] })
      onClose()
      await navigate({ to: "/c/$channel", params: { channel: thread_id } })
    } catch (problem) {
      setError(problem)
      setBusy(false)
    }
  }
  return (
    <Dialog title="Open a thread from here" onClose={onClose}>
      <form className="form" onSubmit={(event) => void open(event)}>
        <p className="dim">The agent remembers everything up to this message. What follows stays in the thread.</p>
        <Field label="Name">
          <input
            className="input"
            value={name}
            maxLength={200}
            required
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="First message" help="You can write it later, too.">
          <textarea className="input" rows={3} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        {error !== undefined && <Failed error={error} />}
        <div className="dialog-buttons">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={busy || name.trim() === ""}>
            Open the thread
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
