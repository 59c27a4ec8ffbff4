// Messages that wait behind the running one: they can still be changed and dropped.
import { el } from "./dom.js"

const editor = (entry, { onEdit, close }) => {
  const area = el("textarea", { rows: "2", "aria-label": "Waiting message" })
  area.value = entry.content
  const save = () => onEdit(entry.message_id, area.value.trim()).then(close, () => area.focus())
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

/** The entries as they are now: one that is being edited is drawn from here when that ends. */
const latest = new Map()

const entryNode = (id, actions) => {
  const item = el("li", { "data-id": id })
  const show = () => {
    const { author_name: author, content, files = [], waiting_for: waitingFor } = latest.get(id) ?? { content: "" }
    item.replaceChildren(
      author === undefined || author === "local-user" ? "" : el("b", {}, author),
      el("span", { class: "content" }, content || files.map(({ name }) => name).join(", ")),
      el("span", { class: "small" }, waitingFor === "slot" ? "waits for a free slot" : "waits"),
      el("button", { class: "quiet", type: "button", onclick: edit }, "Edit"),
      el("button", { class: "quiet", type: "button", onclick: () => actions.onDrop(id) }, "Drop")
    )
  }
  const edit = () => {
    const { area, save } = editor(latest.get(id), { onEdit: actions.onEdit, close: show })
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
  latest.clear()
  for (const entry of entries) latest.set(entry.message_id, entry)
  const edited = [...list.children].find((item) => item.querySelector("textarea") !== null)
  const nodes = entries.map(({ message_id: id }) =>
    edited !== undefined && edited.dataset.id === id ? edited : entryNode(id, actions)
  )
  list.replaceChildren(...nodes)
  list.hidden = nodes.length === 0
}
