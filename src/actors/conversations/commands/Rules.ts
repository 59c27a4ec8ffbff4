/** What is always allowed here, and taken back by its id. */
import { Effect } from "effect"
import * as Words from "../../../domain/permissions/Words.ts"
import * as Rules from "../Rules.ts"
import type { Commands, Given } from "./Command.ts"

const rules = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  const revoke = options["revoke"]
  if (revoke !== undefined) return { text: Words.revoked((yield* Rules.revoke(shared, subject, id, revoke)).rule) }
  const all = yield* Rules.list(shared, subject, id)
  return { text: Words.list(all.map((rule) => Object.assign({ inherited: rule.channel_id !== id }, rule))) }
})

export const commands: Commands = { rules }
