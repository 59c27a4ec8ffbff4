/** How a chat platform gets its first owner: by a code that only whoever runs the server has seen. */
import { Context, Schema, type Effect, type Stream } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"
import type { Subject } from "./Tokens.ts"

export class ClaimRefused extends Schema.TaggedError<ClaimRefused>()("ClaimRefused", {
  reason: Schema.Literals(["owned", "wrong"]),
  message: Schema.String
}) {}

export class Claims extends Context.Service<
  Claims,
  {
    /** A chat platform is configured and nobody owns anything: neither by the configuration nor by a grant. */
    readonly wanted: Effect.Effect<boolean, StoreError>
    /** The code to show to whoever runs the server, and each one that replaces it; ends at once where none is wanted. */
    readonly codes: Stream.Stream<string, StoreError>
    /** Makes the person an owner of the installation, and of the channel where that is known. */
    readonly claim: (
      person: Extract<Subject, { readonly kind: "person" }>,
      code: string,
      channel: ChannelId
    ) => Effect.Effect<void, ClaimRefused | StoreError>
  }
>()("loop/services/Claims") {}
