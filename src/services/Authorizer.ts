/** Who may do what. Every decision of this kind is asked here and nowhere else. */
import { Context, Effect, Layer } from "effect"
import type { Action } from "../domain/chat/Grants.ts"
import type { ChannelId } from "../domain/Ids.ts"
import { Denied } from "./Conversations.ts"
import type { StoreError } from "./Store.ts"
import type { Subject } from "./Tokens.ts"

export type { Action } from "../domain/chat/Grants.ts"

export class Authorizer extends Context.Service<
  Authorizer,
  {
    /**
     * `resource`: a channel id, `channels` (making new ones), or `*` (all of them). `parent`: of a thread that may not be
     * known here yet, the channel it hangs in, whose grants hold there until then.
     */
    readonly authorize: (
      subject: Subject,
      action: Action,
      resource: string,
      parent?: ChannelId
    ) => Effect.Effect<void, Denied | StoreError>
  }
>()("loop/services/Authorizer") {
  /** Knows the owner's token and Loop itself, who may do everything. */
  static readonly layerOwner = Layer.succeed(
    Authorizer,
    Authorizer.of({
      authorize: (subject, action, resource) =>
        subject.kind === "owner" || subject.kind === "system"
          ? Effect.void
          : Effect.fail(new Denied({ action, resource }))
    })
  )
}
