/** Changes to a channel's settings as people and programs write them. Null gives a setting back to the configuration. */
import { Schema } from "effect"
import { Budget } from "./budget/Limits.ts"
import {
  BusyMode,
  type ChannelNetwork,
  NetworkMode,
  PermissionMode,
  ThreadWorkdir,
  UnattendedPermissions
} from "./Channel.ts"

const Network = Schema.Struct({
  mode: Schema.optionalKey(NetworkMode),
  allow: Schema.optionalKey(Schema.Array(Schema.String)),
  host_services: Schema.optionalKey(Schema.Array(Schema.String)),
  read_only_public: Schema.optionalKey(Schema.Boolean)
})

export const NetworkPatch = Schema.Union([NetworkMode, Network])

export const settingsFields = {
  busy: Schema.optionalKey(Schema.NullOr(BusyMode)),
  permission_mode: Schema.optionalKey(Schema.NullOr(PermissionMode)),
  allowed_tools: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.NonEmptyString))),
  unattended_permissions: Schema.optionalKey(Schema.NullOr(UnattendedPermissions)),
  claude_model: Schema.optionalKey(Schema.NullOr(Schema.String)),
  network: Schema.optionalKey(Schema.NullOr(NetworkPatch)),
  container_timeout_sec: Schema.optionalKey(Schema.NullOr(Schema.Finite.check(Schema.isGreaterThan(0)))),
  thread_workdir: Schema.optionalKey(Schema.NullOr(ThreadWorkdir)),
  mounts: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String))),
  budget: Schema.optionalKey(Schema.NullOr(Budget)),
  ssh_agent: Schema.optionalKey(Schema.NullOr(Schema.Boolean))
}

export const SettingsPatch = Schema.Struct(settingsFields)
export type SettingsPatch = typeof SettingsPatch.Type

export const policyOf = (network: typeof NetworkPatch.Type): ChannelNetwork => ({
  allow: [],
  host_services: [],
  ...(typeof network === "string" ? { mode: network } : network)
})

/** The changes with the network written out. */
export const changesOf = ({ network, ...plain }: SettingsPatch) =>
  network === undefined ? plain : { ...plain, network: network === null ? null : policyOf(network) }
