// Messages that wait behind the running one: they can still be changed and dropped.
import { el } from "./dom.js"

const editor = (entry, { onEdit, close }) => {
  const area = el("textarea", { rows: "2", "aria-label": "Waiting message" })
  area.value = entry.content
  const save = () => onEdit(entry.message_id, area.value.trim()).then(close)
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault()
      save()
    }
    if (event.key === "Escape") {
      event.stopPropagation()
      close()
    }
  })
  return { area, save }
}

const entryNode = (entry, actions) => {
  const item = el("li", { "data-id": entry.message_id })
  const show = () => {
    item.replaceChildren(
      el("span", { class: "content" }, entry.content),
      el("span", { class: "small" }, entry.waiting_for === "slot" ? "waits for a free slot" : "waits"),
      el("button", { class: "quiet", type: "button", onclick: edit }, "Edit"),
      el("button", { class: "quiet", type: "button", onclick: () => actions.onDrop(entry.message_id) }, "Drop")
    )
  }
  const edit = () => {
    const { area, save } = editor(entry, { onEdit: actions.onEdit, close: show })
    item.replaceChildren(
      area,
      el("button", { type: "button", onclick: save }, "Save"),
      el("button", { class: "quiet", type: "button", onclick: show }, "Cancel")
    )
    area.focus()
  }
  show()
  return item
}

/** Draws the entries anew, but leaves one alone that is being edited. */
export const drawQueue = (list, entries, actions) => {
  const edited = [...list.children].find((item) => item.querySelector("textarea") !== null)
  const nodes = entries.map((entry) =>
    edited !== undefined && edited.dataset.id === entry.message_id ? edited : entryNode(entry, actions)
  )
  list.replaceChildren(...nodes)
  list.hidden = nodes.length === 0
}
