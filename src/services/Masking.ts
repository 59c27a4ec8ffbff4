/**
 * What people are shown is masked by this, at each way out: what the bot says, events and the texts that are being written,
 * answers of the HTTP interface, chat platforms, the log. What an agent reads is never masked.
 */
import { Context } from "effect"
import { type Masker, none } from "../domain/secrets/Masker.ts"

/** Masks nothing, until `layers/secrets/MaskingLive` is there: so nothing is shared by those that have none. */
export const Masking = Context.Reference<Masker>("loop/services/Masking", { defaultValue: () => none })
