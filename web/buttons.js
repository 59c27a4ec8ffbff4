// The buttons under what the bot has said: each id names an act and what it is about.
import { el } from "./dom.js"

/** The request that a button stands for; undefined for what is done elsewhere (an approval has its card). */
const requestOf = (id) => {
  const [, action, about] = /^([a-z]+):([\w-]+)$/.exec(id) ?? []
  switch (action) {
    case "hostonce":
      return ["POST", `/api/hosts/${about}`, { decision: "once" }]
    case "host":
      return ["POST", `/api/hosts/${about}`, { decision: "channel" }]
    case "retry":
      return ["POST", `/api/runs/${about}/retry`]
    case "resume":
      return ["PATCH", `/api/tasks/${about}`, { enabled: true }]
    default:
      return undefined
  }
}

const loud = new Set(["primary", "success"])

/** `act(method, path, body)` says itself what went wrong and then rejects. What was done takes the buttons from the message. */
export const buttonsOf = ({ buttons = [] }, act) => {
  const known = buttons.flatMap(({ id, label, style }) => {
    const request = requestOf(id)
    return request === undefined ? [] : [{ label, style, request }]
  })
  if (known.length === 0) return undefined
  const group = el("p", { class: "buttons", role: "group", "aria-label": "What can be done" })
  // A button that is disabled loses the keyboard's place.
  const busy = (on) => group.setAttribute("aria-busy", String(on))
  for (const { label, style, request } of known) {
    const click = () => {
      if (group.getAttribute("aria-busy") === "true") return
      busy(true)
      act(...request).catch(() => busy(false))
    }
    group.append(el("button", { class: loud.has(style) ? "" : "quiet", type: "button", onclick: click }, label))
  }
  return group
}

/** Whether the message itself offers that its run is tried again. */
export const offersRetry = ({ buttons = [] }) => buttons.some(({ id }) => id.startsWith("retry:"))
