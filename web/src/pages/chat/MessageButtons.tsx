/** The buttons under what the bot has said: each id names an act and what it is about. */
import { useState } from "react"
import type { Message } from "../../api/client.ts"
import { Button } from "../../ui/Button.tsx"
import { act } from "./problem.ts"

/** What a button stands for; undefined for what is done elsewhere (an approval has its card). */
const requestOf = (id: string): (() => Promise<{ readonly ok: boolean }>) | undefined => {
  const [, action, about = ""] = /^([a-z]+):([\w-]+)$/.exec(id) ?? []
  const path = { id: about }
  switch (action) {
    case "member":
    case "owner":
    case "ignore":
      return () => act("POST /api/access/{id}", { path, body: { decision: action } })
    case "hostonce":
      return () => act("POST /api/hosts/{id}", { path, body: { decision: "once" } })
    case "host":
      return () => act("POST /api/hosts/{id}", { path, body: { decision: "channel" } })
    case "raise":
      return () => act("POST /api/budget/{id}", { path })
    case "retry":
      return () => act("POST /api/runs/{id}/retry", { path })
    case "resume":
      return () => act("PATCH /api/tasks/{id}", { path, body: { enabled: true } })
    default:
      return undefined
  }
}

const loud = new Set(["primary", "success"])

/** What was done takes the buttons from the message, for everybody. */
export const MessageButtons = ({ message: { buttons = [] } }: { readonly message: Message }) => {
  const [busy, setBusy] = useState(false)
  const known = buttons.flatMap(({ id, label, style }) => {
    const request = requestOf(id)
    return request === undefined ? [] : [{ id, label, style, request }]
  })
  if (known.length === 0) return null
  const press = async (request: () => Promise<{ readonly ok: boolean }>) => {
    // A button that is disabled loses the keyboard's place.
    if (busy) return
    setBusy(true)
    const { ok } = await request()
    if (!ok) setBusy(false)
    else document.querySelector<HTMLElement>("#timeline")?.focus({ preventScroll: true })
  }
  return (
    <div className="buttons" role="group" aria-label="What can be done" aria-busy={busy}>
      {known.map(({ id, label, request, style }) => (
        <Button
          key={id}
          look={loud.has(style) ? "primary" : "plain"}
          aria-disabled={busy}
          onClick={() => void press(request)}
        >
          {label}
        </Button>
      ))}
    </div>
  )
}
