/** What people own this installation as a whole, wherever they write; kept apart from the configuration file. */
import { Context, type Effect } from "effect"
import type { Grants } from "../domain/chat/Grants.ts"
import type { StoreError } from "./Store.ts"

export class Installation extends Context.Service<
  Installation,
  {
    readonly grants: Effect.Effect<Grants, StoreError>
    readonly grant: (change: (grants: Grants) => Grants) => Effect.Effect<Grants, StoreError>
    /** An owner has been stored, of the installation or of any channel. The configuration's are not counted. */
    readonly hasOwner: Effect.Effect<boolean, StoreError>
  }
>()("loop/services/Installation") {}
