/** Messages that wait behind the running one: they can still be changed and dropped. */
import { Pencil, X } from "lucide-react"
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react"
import type { Message, QueueEntry } from "../../api/client.ts"
import { Button, IconButton } from "../../ui/Button.tsx"
import { useEditing } from "./editing.ts"
import { act } from "./problem.ts"
import { headOf } from "./rows.ts"
import { type Opened, useConversation } from "./store.ts"

interface EditorProps {
  readonly id: string
  readonly entry: QueueEntry
  readonly onClose: () => void
}

const Editor = ({ entry, id, onClose }: EditorProps) => {
  const [text, setText] = useState(entry.content)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  const path = { id, message_id: entry.message_id }
  const save = async () => {
    const { ok } = await act("PATCH /api/channels/{id}/queue/{message_id}", { path, body: { content: text.trim() } })
    if (ok) onClose()
    else area.current?.focus()
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      void save()
    }
    if (event.key === "Escape") {
      event.nativeEvent.stopImmediatePropagation()
      onClose()
    }
  }
  return (
    <>
      <textarea
        ref={area}
        className="input"
        rows={2}
        aria-label="Waiting message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={press}
      />
      <Button tiny look="primary" onClick={() => void save()}>
        Save
      </Button>
      <Button tiny onClick={onClose}>
        Cancel
      </Button>
    </>
  )
}

interface EntryProps extends Omit<EditorProps, "onClose"> {
  readonly files: Message["attachments"]
}

const Entry = ({ entry, files = [], id }: EntryProps) => {
  const { author_name: author, content, message_id, waiting_for } = entry
  const editing = useEditing((state) => state.message === message_id)
  const edit = (message: string | undefined) => useEditing.setState({ message })
  if (editing) {
    return (
      <li data-id={message_id}>
        <Editor id={id} entry={entry} onClose={() => edit(undefined)} />
      </li>
    )
  }
  const drop = () => void act("DELETE /api/channels/{id}/queue/{message_id}", { path: { id, message_id } })
  return (
    <li data-id={message_id}>
      {author !== "" && author !== "local-user" && <b>{author}</b>}
      <span className="content">{content || files.map(({ name }) => name).join(", ")}</span>
      <span className="small dim">{waiting_for === "slot" ? "waits for a free slot" : "waits"}</span>
      <IconButton label="Edit" onClick={() => edit(message_id)}>
        <Pencil aria-hidden size={14} />
      </IconButton>
      <IconButton label="Drop" onClick={drop}>
        <X aria-hidden size={15} />
      </IconButton>
    </li>
  )
}

const shownOf = (state: Opened) => state

export const Waiting = ({ id }: { readonly id: string }) => {
  const { entries, known, queue, queued, run } = useConversation(id, shownOf)
  const behind = useMemo(() => {
    const head = headOf({ entries, known, queue, run })
    const shown = new Set(entries.map(({ key }) => key))
    return queue.filter(({ message_id }) => message_id !== head?.message_id && !shown.has(message_id))
  }, [entries, known, queue, run])
  if (behind.length === 0) return null
  const hidden = queued - queue.length
  return (
    <ul id="queue" className="plain" aria-label="Waiting messages">
      {behind.map((entry) => (
        <Entry key={entry.message_id} id={id} entry={entry} files={known.get(entry.message_id)?.attachments} />
      ))}
      {hidden > 0 && <li className="small dim">and {hidden} more</li>}
    </ul>
  )
}
