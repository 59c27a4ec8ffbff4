/** What a channel can set for itself, in words. */
import type { Channel } from "../../api/client.ts"

export const permissionModes: Readonly<Record<Channel["permission_mode"], string>> = {
  bypass: "Acts freely in its box",
  ask: "Asks before it acts",
  plan: "Only plans"
}

export const busyModes: Readonly<Record<Channel["busy"], string>> = {
  queue: "New messages wait",
  steer: "New messages steer",
  collect: "New messages are collected",
  interrupt: "New messages interrupt"
}

/** Names that the engine knows; others can be written in the channel's settings. */
export const models = ["opus", "sonnet", "haiku"]
