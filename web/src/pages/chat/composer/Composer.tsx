/** Where a message is written: it keeps its text and files until they are accepted. */
import { ArrowUp, Paperclip } from "lucide-react"
import { type ClipboardEvent, type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react"
import { call } from "../../../api/client.ts"
import { IconButton } from "../../../ui/Button.tsx"
import { useEditing } from "../editing.ts"
import { calm, complain } from "../problem.ts"
import { Attached } from "./Attached.tsx"
import { change, draftOf, useDraft, useDrafts } from "./draft.ts"
import { holdsDirectory, refusal } from "./files.ts"
import { Modes } from "./Modes.tsx"
import { send } from "./send.ts"
import { Suggestions, suggestionId } from "./Suggestions.tsx"
import { type Suggestion, useSuggestions } from "./useSuggestions.ts"
import { useDrop } from "./useDrop.ts"

interface Props {
  /** Undefined before there is one. */
  readonly channel: string | undefined
  /** Makes the first channel. */
  readonly first?: () => Promise<string>
  readonly onSent?: (channel: string) => void
}

/** A hint that a message is likely: what is wrong, sending will tell. */
const prepare = (channel: string | undefined) => {
  if (channel !== undefined) call("POST /api/channels/{id}/prepare", { path: { id: channel } }).catch(() => undefined)
}

const isTouch = () => matchMedia("(hover: none) and (pointer: coarse)").matches

export const Composer = ({ channel, first, onSent }: Props) => {
  const key = channel ?? ""
  const { files, text } = useDraft(key)
  const focus = useDrafts((state) => state.focus)
  const [sending, setSending] = useState(false)
  const [chosen, setChosen] = useState(0)
  const [shut, setShut] = useState("")
  const area = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const list = useId()
  const found = useSuggestions(channel, text)
  const suggestions = shut === text ? [] : found
  const active = Math.min(chosen, suggestions.length - 1)

  useEffect(() => {
    if (focus > 0 || !isTouch()) area.current?.focus()
  }, [focus])

  const add = (more: ReadonlyArray<File>) => {
    const wanted = [...draftOf(key).files, ...more]
    const problem = refusal(wanted)
    if (problem !== undefined) return complain(new Error(problem))
    calm()
    change(key, { files: wanted })
    area.current?.focus()
    prepare(channel)
  }
  const dropping = useDrop({
    onFiles: add,
    onDirectory: () => complain(new Error("A directory cannot be attached: put it into an archive, or drop its files."))
  })

  const remove = (_: File, index: number) => {
    change(key, { files: files.toSpliced(index, 1) })
    area.current?.focus()
  }

  const paste = (event: ClipboardEvent) => {
    const { files: pasted, items, types } = event.clipboardData
    // What was copied from a document is a text and a picture of it: there the text is meant.
    if (pasted.length === 0 || types.includes("text/html") || types.includes("text/rtf")) return
    event.preventDefault()
    if (!holdsDirectory(items)) add([...pasted])
  }

  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    const draft = draftOf(key)
    if ((draft.text.trim() === "" && draft.files.length === 0) || sending) return
    setSending(true)
    calm()
    try {
      const id = channel ?? (await first?.())
      if (id === undefined || !(await send(id, draft))) return
      const now = draftOf(key)
      change(key, {
        ...(now.text === draft.text && { text: "" }),
        files: now.files.filter((file) => !draft.files.includes(file))
      })
      onSent?.(id)
    } catch (error) {
      complain(error)
    } finally {
      setSending(false)
      area.current?.focus()
    }
  }

  const write = (next: string) => {
    if (next !== "" && text === "") prepare(channel)
    setChosen(0)
    change(key, { text: next })
  }
  const take = ({ text: next }: Suggestion) => {
    write(next)
    // A command that needs nothing more is ready to be sent.
    setShut(/\s$|:$|""$/.test(next) ? "" : next)
    const hole = next.indexOf('""')
    requestAnimationFrame(() => {
      area.current?.focus()
      if (hole >= 0) area.current?.setSelectionRange(hole + 1, hole + 1)
    })
  }

  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const suggestion = suggestions[active]
    if (suggestion !== undefined) {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
      const exact = suggestion.text.trim() === text.trim()
      if (step !== 0) {
        event.preventDefault()
        return setChosen((active + step + suggestions.length) % suggestions.length)
      }
      if (event.key === "Escape") {
        event.preventDefault()
        return setShut(text)
      }
      if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !exact)) {
        event.preventDefault()
        return take(suggestion)
      }
    }
    if (event.key === "ArrowUp" && text === "" && channel !== undefined) {
      const last = [...document.querySelectorAll<HTMLElement>("#queue li[data-id]")].at(-1)?.dataset["id"]
      if (last !== undefined) {
        event.preventDefault()
        useEditing.setState({ message: last })
      }
      return
    }
    if (event.key !== "Enter" || event.shiftKey || isTouch()) return
    event.preventDefault()
    void submit()
  }

  return (
    <form
      id="composer"
      className="composer"
      data-dropping={dropping || undefined}
      onSubmit={(event) => void submit(event)}
    >
      {suggestions.length > 0 && <Suggestions id={list} all={suggestions} active={active} onTake={take} />}
      <Attached files={files} onRemove={remove} />
      <label className="unseen" htmlFor="text">
        Message
      </label>
      <textarea
        id="text"
        ref={area}
        rows={Math.min(12, text.split("\n").length)}
        value={text}
        placeholder={dropping ? "Drop the files to attach them" : "Message the agent, or / for commands"}
        enterKeyHint={isTouch() ? "enter" : "send"}
        {...(suggestions.length > 0 && {
          role: "combobox",
          "aria-expanded": true,
          "aria-controls": list,
          "aria-activedescendant": suggestionId(list, active)
        })}
        aria-autocomplete="list"
        onChange={(event) => write(event.target.value)}
        onKeyDown={press}
        onPaste={paste}
      />
      <div className="composer-bar">
        <IconButton label="Attach files" onClick={() => picker.current?.click()}>
          <Paperclip aria-hidden size={17} />
        </IconButton>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            add([...(event.target.files ?? [])])
            event.target.value = ""
          }}
        />
        <div className="modes">{channel !== undefined && <Modes id={channel} />}</div>
        <button
          id="send"
          type="submit"
          className="send"
          aria-label="Send"
          title="Send"
          disabled={sending || (text.trim() === "" && files.length === 0)}
        >
          <ArrowUp aria-hidden size={18} />
        </button>
      </div>
    </form>
  )
}
