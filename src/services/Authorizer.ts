/** Who may do what. Every decision of this kind is asked here and nowhere else. */
import { Context, Effect, Layer } from "effect"
import type { Action } from "../domain/chat/Grants.ts"
import type { ChannelId } from "../domain/Ids.ts"
import type { Subject } from "../domain/Subject.ts"
import { Denied } from "./Conversations.ts"
import type { StoreError } from "./Store.ts"

export type { Action } from "../domain/chat/Grants.ts"

export class Authorizer extends Context.Service<
  Authorizer,
  {
    /**
     * `resource`: a channel id, `channels` (making new ones), or `*` (all of them, and the installation). `parent`: of a
     * thread that may not be known here yet, the channel it hangs in, whose grants hold there until then.
     */
    readonly authorize: (
      subject: Subject,
      action: Action,
      resource: string,
      parent?: ChannelId
    ) => Effect.Effect<void, Denied | StoreError>
    /** Which channels and threads the subject may read: `*` where it is all of them, also those to come. */
    readonly readable: (subject: Subject) => Effect.Effect<"*" | ReadonlyArray<ChannelId>, StoreError>
  }
>()("loop/services/Authorizer") {
  /** Knows the owner's token and Loop itself, who may do everything. */
  static readonly layerOwner = Layer.succeed(
    Authorizer,
    Authorizer.of({
      authorize: (subject, action, resource) =>
        subject.kind === "owner" || subject.kind === "system"
          ? Effect.void
          : Effect.fail(new Denied({ action, resource })),
      readable: (subject) => Effect.succeed(subject.kind === "owner" || subject.kind === "system" ? ("*" as const) : [])
    })
  )
}
