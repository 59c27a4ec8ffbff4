/** What has been read, by channel: until when. All windows of this browser agree. */
import type { ChannelEntry } from "../api/client.ts"
import { isRecordOf, isString, remembered } from "../lib/storage.ts"

const marks = remembered("read", {}, isRecordOf(isString))
/** What was said before this browser came here first counts as read. */
const began = remembered("began", "", isString)
if (began.get() === "") began.set(new Date().toISOString())

let shown: string | undefined

export const markRead = (id: string, at: string): void => {
  const known = marks.get()
  if ((known[id] ?? "") < at) marks.set({ ...known, [id]: at })
}

const isLooking = () => document.visibilityState === "visible"

/** A message came: whoever is looking at its channel has read it. */
export const sawMessage = (id: string, at: string): void => {
  if (id === shown && isLooking()) markRead(id, at)
}

/** The channel that is shown now; what was said there by then is read. */
export const showing = (id: string | undefined, lastMessageAt: string | undefined): void => {
  shown = id
  if (id !== undefined && lastMessageAt !== undefined && isLooking()) markRead(id, lastMessageAt)
}

export const useUnread = (): ((channel: ChannelEntry) => boolean) => {
  const read = marks.use()
  const since = began.use()
  return ({ channel_id, last_message_at }) =>
    last_message_at !== undefined && last_message_at > (read[channel_id] ?? since)
}
