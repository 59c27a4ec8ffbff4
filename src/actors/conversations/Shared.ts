/** What the parts of `Conversations` have in common: the services they use and the questions they all ask. */
import { Effect, Semaphore } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Channel } from "../../domain/Channel.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import { EgressAsks } from "../../services/EgressAsks.ts"
import { AccessAsks } from "../../services/AccessAsks.ts"
import { Agents } from "../../services/Agents.ts"
import { type Act, Audit } from "../../services/Audit.ts"
import { Authorizer, type Action } from "../../services/Authorizer.ts"
import { ChannelFiles } from "../../services/ChannelFiles.ts"
import { Budget } from "../../services/Budget.ts"
import { Channels } from "../../services/Channels.ts"
import { ChatPlatforms } from "../../services/ChatPlatform.ts"
import { Claims } from "../../services/Claims.ts"
import { Denied, Refused } from "../../services/Conversations.ts"
import { Journal } from "../../services/Journal.ts"
import { Messages } from "../../services/Messages.ts"
import { Outbox } from "../../services/Outbox.ts"
import { PackageFiles } from "../../services/PackageFiles.ts"
import { MountGuard } from "../../services/MountGuard.ts"
import { PermissionRules } from "../../services/PermissionRules.ts"
import { ProjectAsks } from "../../services/ProjectAsks.ts"
import { ReadMarks } from "../../services/ReadMarks.ts"
import { Requests } from "../../services/Requests.ts"
import { Runs } from "../../services/Runs.ts"
import { Settings } from "../../services/Settings.ts"
import { Spending } from "../../services/Spending.ts"
import { SpendingReports } from "../../services/SpendingReports.ts"
import { Store } from "../../services/Store.ts"
import { TaskControl } from "../../services/TaskControl.ts"
import type { Subject } from "../../services/Tokens.ts"
import { UsageLimits } from "../../services/UsageLimits.ts"
import * as Reach from "../agents/Reach.ts"
import { ChannelGate } from "../ChannelGate.ts"

export const make = Effect.gen(function* () {
  return {
    agents: yield* Agents,
    asks: yield* EgressAsks,
    audit: yield* Audit,
    authorizer: yield* Authorizer,
    budget: yield* Budget,
    channels: yield* Channels,
    chats: yield* ChatPlatforms,
    claims: yield* Claims,
    files: yield* ChannelFiles,
    gate: yield* ChannelGate,
    journal: yield* Journal,
    limits: yield* UsageLimits,
    messages: yield* Messages,
    marks: yield* ReadMarks,
    outbox: yield* Outbox,
    package: yield* PackageFiles,
    projects: yield* ProjectAsks,
    guard: yield* MountGuard,
    reach: yield* Reach.make,
    random: yield* SecureRandom.SecureRandom,
    reports: yield* SpendingReports,
    requests: yield* Requests,
    rules: yield* PermissionRules,
    runs: yield* Runs,
    settings: yield* Settings,
    spending: yield* Spending,
    store: yield* Store,
    strangers: yield* AccessAsks,
    tasks: yield* TaskControl,
    /** Two callers that ensure the same directory must not make two channels of it. */
    oneAtATime: yield* Semaphore.make(1)
  }
})

export type Shared = Effect.Success<typeof make>

/** The channel, once the subject may act on it. */
export const permitted = Effect.fnUntraced(function* (shared: Shared, subject: Subject, action: Action, id: ChannelId) {
  yield* shared.authorizer.authorize(subject, action, id)
  return yield* shared.channels.get(id)
})

/** Runs a privileged act; that it was refused is written down, outside of any transaction of the act's own. */
export const audited =
  ({ audit }: Pick<Shared, "audit">, act: Omit<Act, "outcome">) =>
  <A, E, R>(doing: Effect.Effect<A, E, R>) =>
    Effect.tapError(doing, (error) =>
      error instanceof Denied ? audit.record({ ...act, outcome: "denied" }) : Effect.void
    )

/** A person is the author of what they have done; for others it is said by whom, or by nobody. */
export const authorOf = (subject: Subject): { readonly author_id?: string; readonly author_name?: string } =>
  subject.kind === "person" ? { author_id: subject.person_id, author_name: subject.name } : {}

export const refuse = (reason: Refused["reason"], message: string, field: string | null = null) =>
  new Refused({ reason, field, message })

/** An absolute path without a trailing slash; anything else is refused. */
export const directory = (path: string) =>
  path.startsWith("/") && !path.includes("\0") && !path.split("/").includes("..")
    ? Effect.succeed(path.length > 1 ? path.replace(/\/+$/, "") : path)
    : Effect.fail(refuse("invalid", "dir_path must be an absolute path without `..`.", "dir_path"))

/** Tells who watches that a channel is there or has changed. */
export const announce = Effect.fnUntraced(function* (shared: Shared, channel: Channel, at: number, deleted = false) {
  const { channel_id, name, parent_id, dir_path, platform } = channel
  const data = { name, parent_id, dir_path, platform, deleted }
  yield* shared.journal.append([
    {
      type: "channel.changed",
      at,
      channel_id: deleted ? null : channel_id,
      run_id: null,
      data: { channel_id, ...data }
    }
  ])
})
