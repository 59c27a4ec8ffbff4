/** What only those may look at who administer a place: that somebody else tried is written down. */
import { Effect } from "effect"
import { Audit } from "../services/Audit.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Denied } from "../services/Conversations.ts"
import type { Subject } from "../services/Tokens.ts"

/** `action`: as the audit log names it; `place`: a channel's id, or `*`. */
export const administering = (subject: Subject, action: string, place: string) =>
  Authorizer.use((all) => all.authorize(subject, "administer", place)).pipe(
    Effect.tapError((error) =>
      error instanceof Denied
        ? Audit.use((audit) => audit.record({ actor: subject, action, target: place, outcome: "denied" }))
        : Effect.void
    )
  )
