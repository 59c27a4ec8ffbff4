/** A conversation: a channel or one of its threads. */
import { Schema } from "effect"
import { Budget } from "./budget/Limits.ts"
import { OwnGrants } from "./chat/Grants.ts"
import { ChannelId, PlatformName, SessionId } from "./Ids.ts"

export const BusyMode = Schema.Literals(["queue", "steer", "collect", "interrupt"])
export type BusyMode = typeof BusyMode.Type

export const PermissionMode = Schema.Literals(["bypass", "ask", "plan"])
export type PermissionMode = typeof PermissionMode.Type

/** Of a run that a task or a webhook began: what needs a click is denied; is allowed where a rule allows it; is asked about. */
export const UnattendedPermissions = Schema.Literals(["deny", "allow_listed", "ask"])
export type UnattendedPermissions = typeof UnattendedPermissions.Type

export const ThreadWorkdir = Schema.Literals(["shared", "worktree"])
export type ThreadWorkdir = typeof ThreadWorkdir.Type

export const NetworkMode = Schema.Literals(["none", "allowlist", "open"])
/** `allow`: see `egress/Pattern`; `host_services`: ports of the host; `read_only_public`: GET of any public page. */
export const NetworkPolicy = Schema.Struct({
  mode: NetworkMode,
  allow: Schema.Array(Schema.String),
  host_services: Schema.Array(Schema.String),
  read_only_public: Schema.optionalKey(Schema.Boolean)
})
export type NetworkPolicy = typeof NetworkPolicy.Type

/** What a channel adds to its configuration's policy; the mode, where it has one of its own, stands in its place. */
export const ChannelNetwork = Schema.Struct({ ...NetworkPolicy.fields, mode: Schema.optionalKey(NetworkMode) })
export type ChannelNetwork = typeof ChannelNetwork.Type

/** What a channel sets for itself; an absent key means the configuration's value. JSON keys of the public interface. */
export const ChannelSettings = Schema.Struct({
  busy: Schema.optionalKey(BusyMode),
  permission_mode: Schema.optionalKey(PermissionMode),
  allowed_tools: Schema.optionalKey(Schema.Array(Schema.String)),
  unattended_permissions: Schema.optionalKey(UnattendedPermissions),
  claude_model: Schema.optionalKey(Schema.String),
  network: Schema.optionalKey(ChannelNetwork),
  container_timeout_sec: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
  thread_workdir: Schema.optionalKey(ThreadWorkdir),
  /** `source:target[:ro]`, under the operator's `mount_roots`. */
  mounts: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Of the channel with its threads, beside the configuration's. */
  budget: Schema.optionalKey(Budget),
  /** Whether its boxes have the host's ssh-agent, for the operator's `ssh_agent_keys`. */
  ssh_agent: Schema.optionalKey(Schema.Boolean)
})
export type ChannelSettings = typeof ChannelSettings.Type

/** Where a thread's session starts: forked from its parent's at that assistant message. */
export const ForkPoint = Schema.Struct({ session_id: SessionId, message_uuid: Schema.NullOr(Schema.String) })
export type ForkPoint = typeof ForkPoint.Type

/** A row of `channels`. Instants are epoch milliseconds. */
export const Channel = Schema.Struct({
  channel_id: ChannelId,
  platform: PlatformName,
  name: Schema.String,
  parent_id: Schema.NullOr(ChannelId),
  /** Absolute path on the host; null: `channels/<channel>/work` in LOOP_HOME. */
  dir_path: Schema.NullOr(Schema.String),
  active: Schema.Boolean,
  session_id: Schema.NullOr(SessionId),
  /** Uuid of the last completed assistant message of the session: where a thread forks. */
  last_message_uuid: Schema.NullOr(Schema.String),
  fork_from: Schema.NullOr(ForkPoint),
  /** How often the conversation was begun anew. */
  resets: Schema.Int,
  /** `Message.seq` of the newest message when it last was; 0: never. */
  reset_seq: Schema.Int,
  settings: ChannelSettings,
  /** Hash of what its project's file may reach out of the box for, as an owner approved it last. */
  approved_project: Schema.NullOr(Schema.String),
  permissions: OwnGrants,
  created_at: Schema.Int
})
export type Channel = typeof Channel.Type
