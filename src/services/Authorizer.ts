/** Who may do what. Every decision of this kind is asked here and nowhere else. */
import { Context, Effect, Layer } from "effect"
import { Denied } from "./Conversations.ts"
import type { Subject } from "./Tokens.ts"

export type Action = "read" | "write" | "manage"

export class Authorizer extends Context.Service<
  Authorizer,
  { readonly authorize: (subject: Subject, action: Action, resource: string) => Effect.Effect<void, Denied> }
>()("loop/services/Authorizer") {
  /** Knows one subject, the owner's token, who may do everything. */
  static readonly layerOwner = Layer.succeed(
    Authorizer,
    Authorizer.of({
      authorize: (subject, action, resource) =>
        subject.kind === "owner" ? Effect.void : Effect.fail(new Denied({ action, resource }))
    })
  )
}
