/** Alt and an arrow go to the channel above or below; with Shift, to the next one with something unread. */
import { useQuery } from "@tanstack/react-query"
import { useNavigate, useParams } from "@tanstack/react-router"
import { useEffect } from "react"
import { channelsQuery } from "../api/queries.ts"
import { inOrder, treeOf } from "../channels/tree.ts"
import { useUnread } from "../channels/unread.ts"

export const useWalk = (): void => {
  const { data } = useQuery(channelsQuery)
  const { channel: current } = useParams({ strict: false })
  const isUnread = useUnread()
  const navigate = useNavigate()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
      if (step === 0 || !event.altKey || event.ctrlKey || event.metaKey) return
      const all = inOrder(treeOf(data ?? [], current))
      const at = all.findIndex(({ channel_id }) => channel_id === current)
      const after = all.map((_, n) => all.at((at + step * (n + 1)) % all.length))
      const next = event.shiftKey ? after.find((each) => each !== undefined && isUnread(each)) : after[0]
      if (next === undefined) return
      event.preventDefault()
      void navigate({ to: "/c/$channel", params: { channel: next.channel_id } })
    }
    window.addEventListener("keydown", press)
    return () => window.removeEventListener("keydown", press)
  }, [data, current, isUnread, navigate])
}
