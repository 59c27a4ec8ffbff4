/** What people allowed for always: rows that end by being revoked. */
import { Context, type Effect } from "effect"
import type { ApprovalId, ChannelId } from "../domain/Ids.ts"
import type { Rule } from "../domain/permissions/Rule.ts"
import type { StoreError } from "./Store.ts"

/** Made in a channel by a click on "Always". `made_at` in epoch milliseconds. */
export interface PermissionRule {
  /** Eight characters of base32. */
  readonly rule_id: string
  readonly channel_id: ChannelId
  readonly rule: Rule
  readonly approval_id: ApprovalId
  readonly made_at: number
  /** A person's name; null: another subject's act, which the audit log names. */
  readonly made_by: string | null
}

export class PermissionRules extends Context.Service<
  PermissionRules,
  {
    /** The same rule of the same channel is one: the one that is in force stays, and is returned. */
    readonly add: (rule: PermissionRule) => Effect.Effect<PermissionRule, StoreError>
    /** In force in any of the channels, oldest first. */
    readonly list: (channels: ReadonlyArray<ChannelId>) => Effect.Effect<ReadonlyArray<PermissionRule>, StoreError>
    /** The one in force in any of the channels that is this rule. */
    readonly find: (
      channels: ReadonlyArray<ChannelId>,
      rule: Rule
    ) => Effect.Effect<PermissionRule | undefined, StoreError>
    /** False where it is not in force. `by`: a name. */
    readonly revoke: (id: string, by: string | null) => Effect.Effect<boolean, StoreError>
  }
>()("loop/services/PermissionRules") {}
