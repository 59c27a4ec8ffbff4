// Small helpers around the document. Text is always set as text: nothing here takes HTML.

export const $ = (id) => document.getElementById(id)

/** An element with properties (`class`, `on…`, `data-…`, others as attributes) and children (nodes or text). */
export const el = (tag, properties = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value)
    else if (value === true) node.setAttribute(key, "")
    else node.setAttribute(key, value)
  }
  node.append(...children.filter((child) => child !== undefined && child !== null))
  return node
}

export const show = (node, visible) => {
  node.hidden = !visible
}

/** `14:05`, with the day in front when it is not today's. */
export const clock = (iso) => {
  const date = new Date(iso)
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const today = date.toDateString() === new Date().toDateString()
  return today ? time : `${date.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`
}
