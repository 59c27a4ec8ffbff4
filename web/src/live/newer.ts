/** Whether the server has a newer page than this one: what this one has not loaded yet may be gone. */
import { create } from "zustand"
import { onOpened } from "./hub.ts"

export const useNewer = create<{ readonly isThere: boolean }>()(() => ({ isThere: false }))

/** Named by what is in it. */
const script = document.querySelector("script[type=module][src]")?.getAttribute("src") ?? ""

const look = async () => {
  const answer = await fetch("/", { headers: { accept: "text/html" }, cache: "no-store" })
  if (answer.ok && !(await answer.text()).includes(script)) useNewer.setState({ isThere: true })
}

// A server that is gone again is asked when it is back.
onOpened((opening) => opening !== "first" && void look().catch(() => undefined))
