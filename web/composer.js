// Where a message is written. It keeps its text, and its id, until it is accepted: sending it again is harmless.
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

/** `send({ content, message_id })` says itself what went wrong and then rejects; `prepare()` is told that somebody writes. */
export const makeComposer = ({ send, prepare }) => {
  let draft

  const submit = async () => {
    const content = $("text").value.trim()
    if (content === "" || $("send").disabled) return
    if (draft?.content !== content) draft = { content, message_id: newId() }
    $("send").disabled = true
    try {
      await send(draft)
      draft = undefined
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
