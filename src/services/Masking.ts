/**
 * What people are shown is masked by this, at each way out: what the bot says, events and the texts that are being written,
 * answers of the HTTP interface, chat platforms, the log. What an agent reads is never masked.
 */
import { Context } from "effect"
import { make, type Masker } from "../domain/secrets/Masker.ts"

/** Knows of nothing until it is told; `layers/secrets/MaskingLive` tells it what is configured. */
export const Masking = Context.Reference<Masker>("loop/services/Masking", { defaultValue: make })
