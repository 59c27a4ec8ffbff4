/** Which of the predecessor's channels are taken, under which ids, and where their threads hang. */
import { ChannelId, type PlatformName } from "../Ids.ts"
import { item, type Item } from "./Report.ts"
import type { OldChannel } from "./Rows.ts"

export interface Accepted {
  readonly old: OldChannel
  readonly channel_id: ChannelId
  readonly platform: Extract<PlatformName, "discord" | "local">
  /** The channel that a thread hangs in; itself where it is none. */
  readonly root: ChannelId
}

export const isThread = ({ channel_id, root }: Accepted): boolean => channel_id !== root

/** Its id is a part of paths, so nothing else than what the platforms make is one. */
const ids: Readonly<Record<Accepted["platform"], RegExp>> = {
  discord: /^\d{5,25}$/,
  local: /^[A-Za-z0-9_-]{1,64}$/
}

const platformOf = (old: OldChannel, usual: string): string => (old.platform === "" ? usual : old.platform)

/** The id of the channel that a thread hangs in; the reason why there is none. */
const rootOf = (old: OldChannel, byId: ReadonlyMap<string, OldChannel>): { readonly root: string } | string => {
  const seen = new Set<string>()
  let at = old
  while (at.parent !== "") {
    if (seen.has(at.id)) return "it is a thread of itself"
    seen.add(at.id)
    const above = byId.get(at.parent)
    if (above === undefined) return `its channel (${at.parent}) is not there any more`
    at = above
  }
  return { root: at.id }
}

const refusal = (old: OldChannel, platform: string): string | undefined => {
  if (platform === "slack") return "Loop does not speak Slack yet; import again once it does"
  if (platform !== "discord" && platform !== "local") return `"${platform}" is no platform of Loop`
  return ids[platform].test(old.id) ? undefined : `that is no id of a channel on ${platform}`
}

/** `usual`: the platform of rows that name none. Channels come before their threads. */
export const sortOut = (rows: ReadonlyArray<OldChannel>, usual: string) => {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const accepted: Array<Accepted> = []
  const items: Array<Item> = []
  for (const old of rows) {
    const platform = platformOf(old, usual)
    const kind = old.parent === "" ? "channel" : "thread"
    const leave = (reason: string) => items.push(item(kind, `${platform}:${old.id}`, "left", reason))
    const refused = refusal(old, platform)
    const found = rootOf(old, byId)
    if (refused !== undefined) leave(refused)
    else if (typeof found === "string") leave(found)
    else {
      const above = byId.get(found.root)
      const other = above === undefined ? undefined : refusal(above, platformOf(above, usual))
      if (other !== undefined || above === undefined || platformOf(above, usual) !== platform) {
        leave(`its channel (${found.root}) is not taken`)
      } else {
        accepted.push({
          old,
          channel_id: ChannelId.make(`${platform}:${old.id}`),
          platform: platform === "discord" ? platform : "local",
          root: ChannelId.make(`${platform}:${found.root}`)
        })
      }
    }
  }
  const sorted = accepted.sort((a, b) => Number(isThread(a)) - Number(isThread(b)))
  return { accepted: sorted, items }
}
