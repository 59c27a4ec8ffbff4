/** Channels with their threads below them. */
import type { ChannelEntry } from "../api/client.ts"

export interface Branch {
  readonly channel: ChannelEntry
  readonly threads: ReadonlyArray<ChannelEntry>
}

/** Put away on their platform, threads are left out unless they are `wanted`. */
export const treeOf = (channels: ReadonlyArray<ChannelEntry>, wanted?: string): ReadonlyArray<Branch> => {
  const ids = new Set(channels.map(({ channel_id }) => channel_id))
  const isRoot = ({ parent_id }: ChannelEntry) => parent_id === "" || !ids.has(parent_id)
  return channels.filter(isRoot).map((channel) => ({
    channel,
    threads: channels.filter(
      (each) => each.parent_id === channel.channel_id && (each.active || each.channel_id === wanted)
    )
  }))
}

/** In the order of the list. */
export const inOrder = (tree: ReadonlyArray<Branch>): ReadonlyArray<ChannelEntry> =>
  tree.flatMap(({ channel, threads }) => [channel, ...threads])
