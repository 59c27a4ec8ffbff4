/** Keeps the list of channels true: what each is doing, and when something was said there last. */
import { channelsQuery, queries } from "../api/queries.ts"
import type { ChannelEntry } from "../api/client.ts"
import type { ServerEvent } from "../live/events.ts"
import { onEvents, onOpened } from "../live/hub.ts"
import { sawMessage, wasRead } from "./unread.ts"

type Change = Partial<Pick<ChannelEntry, "state" | "last_message_at">>

const changeOf = (event: ServerEvent): Change | undefined => {
  switch (event.type) {
    case "message.created":
      return { last_message_at: event.data.created_at }
    case "run.started":
    case "approval.decided":
      return { state: "running" }
    case "approval.requested":
      return { state: "waiting" }
    case "run.ended":
      return { state: "idle" }
    default:
      return undefined
  }
}

onEvents((events) => {
  const changes = new Map<string, Change>()
  let anew = false
  for (const event of events) {
    const { channel_id: id, type } = event
    if (type === "reset") void queries.invalidateQueries()
    if (type === "channel.changed") anew = true
    if (type === "channel.seen") wasRead(id, event.data.until)
    const change = changeOf(event)
    if (id === null || change === undefined) continue
    changes.set(id, { ...changes.get(id), ...change })
    if (type === "message.created") sawMessage(id, event.data.created_at)
  }
  if (changes.size > 0) {
    const known = new Set(queries.getQueryData(channelsQuery.queryKey)?.map(({ channel_id }) => channel_id))
    if ([...changes.keys()].some((id) => !known.has(id))) anew = true
    queries.setQueryData(channelsQuery.queryKey, (all) =>
      all?.map((channel) => {
        const change = changes.get(channel.channel_id)
        return change === undefined ? channel : { ...channel, ...change }
      })
    )
  }
  if (anew) {
    void queries.invalidateQueries({ queryKey: ["channels"] })
    void queries.invalidateQueries({ queryKey: ["channel"] })
  }
})

// What was read before anybody listened may have changed in between; after a break, anything may.
onOpened((opening) => void queries.invalidateQueries(opening === "first" ? { queryKey: ["channels"] } : {}))
