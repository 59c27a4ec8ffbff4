/** Who may do what here: given and taken by owners; the first owner by a claim. */
import { Effect } from "effect"
import type { HolderKind, Role } from "../../../domain/chat/Grants.ts"
import * as Granting from "../Granting.ts"
import { refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

const mention = (kind: HolderKind, target: string): string => (kind === "user" ? `<@${target}>` : `Role <@&${target}>`)

const allow = (kind: HolderKind) =>
  Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
    const target = options["target_id"] ?? ""
    const role: Role = options["role"] === "owner" ? "owner" : "member"
    yield* Granting.grant(shared, subject, id, { kind, id: target, role })
    return { text: `✅ ${mention(kind, target)} is ${role} here now.` }
  })

const deny = (kind: HolderKind) =>
  Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
    const target = options["target_id"] ?? ""
    yield* Granting.grant(shared, subject, id, { kind, id: target, role: null })
    return { text: `✅ ${mention(kind, target)} has no role of this channel's any more.` }
  })

const claim = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  if (subject.kind !== "person") {
    return yield* refuse("conflict", "You own this Loop already: claim is for people on chat platforms.")
  }
  const code = options["code"]
  if (code === undefined) {
    return yield* refuse("invalid", "Give the code that `loop serve` prints at its start: /loop claim <code>.", "code")
  }
  yield* shared.claims
    .claim(subject, code, id)
    .pipe(
      Effect.catchTag("ClaimRefused", ({ message, reason }) =>
        Effect.fail(reason === "owned" ? refuse("conflict", message) : refuse("invalid", message, "code"))
      )
    )
  return { text: `✅ ${mention("user", subject.person_id)} is the owner now.` }
})

export const commands: Commands = {
  allow_user: allow("user"),
  allow_role: allow("role"),
  deny_user: deny("user"),
  deny_role: deny("role"),
  claim,
  iamtheowner: claim
}
