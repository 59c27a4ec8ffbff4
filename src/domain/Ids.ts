/** Identifiers. Opaque to everybody but the room that makes them. */
import { Schema } from "effect"

/** `<platform>:<native id>`; threads of a channel are channels of their own. */
export const ChannelId = Schema.String.pipe(Schema.check(Schema.isPattern(/^[a-z]+:.+$/)), Schema.brand("ChannelId"))
export type ChannelId = typeof ChannelId.Type

/** The platform's id of a message, or a UUIDv7 where the caller gave none. Unique per channel. */
export const MessageId = Schema.NonEmptyString.pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

/** UUIDv7. */
export const RunId = Schema.NonEmptyString.pipe(Schema.brand("RunId"))
export type RunId = typeof RunId.Type

/** UUIDv7. */
export const ApprovalId = Schema.NonEmptyString.pipe(Schema.brand("ApprovalId"))
export type ApprovalId = typeof ApprovalId.Type

/** UUIDv7: a question about a host that an agent was refused. */
export const AskId = Schema.NonEmptyString.pipe(Schema.brand("AskId"))
export type AskId = typeof AskId.Type

/** Eight hex characters: names one agent process, its box and its socket directory. */
export const ProcessId = Schema.String.pipe(Schema.check(Schema.isPattern(/^[0-9a-f]{8}$/)), Schema.brand("ProcessId"))
export type ProcessId = typeof ProcessId.Type

/** The engine's name for a conversation (Claude Code: a UUID). */
export const SessionId = Schema.NonEmptyString.pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type

/** The uuid of a prompt line: an idempotency key towards the engine. */
export const PromptId = Schema.NonEmptyString.pipe(Schema.brand("PromptId"))
export type PromptId = typeof PromptId.Type

export const PlatformName = Schema.Literals(["local", "discord", "slack"])
export type PlatformName = typeof PlatformName.Type

/** The platform part of a channel id. */
export const platformOf = (id: ChannelId): string => id.slice(0, id.indexOf(":"))

/** A channel id as one path segment: every character outside `[A-Za-z0-9._-]` percent-encoded (UTF-8). */
export const pathSegment = (id: string): string =>
  Array.from(new TextEncoder().encode(id), (byte) => {
    const char = String.fromCharCode(byte)
    return /[A-Za-z0-9._-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  }).join("")
