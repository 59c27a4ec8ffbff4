// Where a message is written. It keeps its text, and its id, until it is accepted: sending it again is harmless.
import { encodeAll, makeAttachments } from "./attachments.js"
import { $ } from "./dom.js"

export const examples = [
  "What is in this directory?",
  "Which tools do you have?",
  "Write a small web page about queues"
]

/** Puts a text where the reader can still change it. */
export const propose = (text) => {
  $("text").value = text
  $("text").focus()
}

const newId = () =>
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")

/**
 * `send({ content, message_id, attachments })` says itself what went wrong and then rejects, as `complain(error)` does;
 * `prepare()` is told that somebody writes.
 */
export const makeComposer = ({ send, prepare, complain }) => {
  let draft
  const attached = makeAttachments({ complain, changed: prepare })

  /** Undefined, and said, where a file cannot be read. */
  const draftOf = async (content, files) => {
    if (draft?.content === content && draft.files === files) return draft
    try {
      const attachments = files.length === 0 ? undefined : await encodeAll(files)
      return { content, files, body: { content, message_id: newId(), ...(attachments && { attachments }) } }
    } catch (error) {
      complain(error)
      return undefined
    }
  }

  const submit = async () => {
    const content = $("text").value.trim()
    const files = attached.files()
    if ((content === "" && files.length === 0) || $("send").disabled) return
    $("send").disabled = true
    try {
      draft = await draftOf(content, files)
      if (draft === undefined) return
      await send(draft.body)
      draft = undefined
      attached.forget(files)
      if ($("text").value.trim() === content) $("text").value = ""
      writing = false
    } catch {
      // The text stays where it is.
    } finally {
      $("send").disabled = false
      $("text").focus()
    }
  }

  // The first character of a message: the agent's process can start while the rest is typed.
  let writing = false
  $("text").addEventListener("input", () => {
    const begun = $("text").value !== ""
    if (begun && !writing) prepare()
    writing = begun
  })
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault()
    submit()
  })
  $("text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    submit()
  })
}
