/**
 * What people and programs outside of a box are shown is masked by this, at each way out: what the bot says, events and the
 * texts that are being written, answers of HTTP and MCP, chat platforms, the audit log, the log, what commands print. What an
 * agent in its box reads is never masked. `docs/architecture.md` has the list.
 */
import { Context } from "effect"
import { make, type Masker } from "../domain/secrets/Masker.ts"

/** The process's own, so that no list of layers can leave it out: whoever reads a secret teaches the one that every way out asks. */
export const Masking = Context.Reference<Masker>("loop/services/Masking", { defaultValue: make })
