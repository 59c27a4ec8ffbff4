/** Why a call of `Conversations` fails. */
import { Schema } from "effect"
import type { ChannelNotFound } from "./Channels.ts"
import type { RunNotFound } from "./Runs.ts"
import type { StoreError } from "./Store.ts"

/** The subject may not do that. */
export class Denied extends Schema.TaggedError<Denied>()("Denied", { action: Schema.String, resource: Schema.String }) {
  override get message() {
    return `You may not ${this.action} ${this.resource}.`
  }
}

/**
 * What was asked cannot be; `message` is a sentence with the next step. `field` names the offending key of a body.
 * `impossible`: a schedule that can never come; `unavailable`: a chat platform did not do its part.
 */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  reason: Schema.Literals(["invalid", "not_found", "conflict", "not_configured", "impossible", "unavailable"]),
  field: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

export type ConversationError = ChannelNotFound | RunNotFound | StoreError | Denied | Refused
