/** A channel's policy for people: which hosts it lets through, and who said so. Pure. */
import type { ChannelNetwork, NetworkPolicy } from "../Channel.ts"
import { bundle, isBundle } from "./Bundles.ts"

export const origins = ["standard", "configuration", "channel", "thread", "project"] as const

export interface Entry {
  /** As it is written in `allow`. */
  readonly entry: string
  /** `standard`: what `allowlist` lets through by itself; `project`: a project's file, as an owner approved it. */
  readonly from: (typeof origins)[number]
  /** What a bundle stands for. */
  readonly hosts?: ReadonlyArray<string>
}

interface Sources {
  readonly configuration: NetworkPolicy
  readonly channel: ChannelNetwork | undefined
  readonly thread: ChannelNetwork | undefined
}

const withHosts = (entry: string) => {
  const name = entry.replace(/^!?bundle:/, "")
  return name !== entry && isBundle(name) ? { entry, hosts: bundle(name) } : { entry }
}

/** `policy`: what applies. An entry that two list is the outer one's, since taking it from the inner changes nothing. */
export const entriesOf = (policy: NetworkPolicy, { channel, configuration, thread }: Sources): ReadonlyArray<Entry> => {
  const from = (entry: string): Entry["from"] => {
    if (configuration.allow.includes(entry)) return "configuration"
    if (channel?.allow.includes(entry) === true) return "channel"
    return thread?.allow.includes(entry) === true ? "thread" : "project"
  }
  const listed = policy.allow.map((entry) => ({ ...withHosts(entry), from: from(entry) }))
  return policy.mode === "allowlist" ? [{ ...withHosts("bundle:standard"), from: "standard" }, ...listed] : listed
}
