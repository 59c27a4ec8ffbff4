/** From the engine's refusals to reasons that tell what can be done. */
import { Predicate } from "effect"
import { SandboxError } from "../../services/Sandbox.ts"

const field = (cause: unknown, key: string): unknown =>
  Predicate.isObject(cause) ? (cause as Record<string, unknown>)[key] : undefined

/** The engine's own words, without the client's decoration. */
const words = (cause: unknown): string => {
  const body = field(field(cause, "json"), "message")
  if (typeof body === "string") return body
  const message = field(cause, "message")
  return typeof message === "string" ? message : String(cause)
}

const reasonOf = (cause: unknown, text: string): SandboxError["reason"] => {
  const code = field(cause, "code")
  if (code === "EACCES" || code === "EPERM") return "no_rights"
  if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE") return "no_engine"
  if (/no space left on device|disk quota exceeded/i.test(text)) return "disk_full"
  if (/no such image|pull access denied|manifest.*(unknown|not found)/i.test(text)) return "no_image"
  if (/invalid mount|bind source path|error mounting|mount.*(denied|not permitted|no such)/i.test(text))
    return "bad_mount"
  if (/no such (container|volume)/i.test(text)) return "vanished"
  return "other"
}

const advice: Readonly<Partial<Record<SandboxError["reason"], string>>> = {
  no_engine: "no container engine answers there: start Docker, or set sandbox to bubblewrap",
  no_rights: "the container engine refuses this user: add it to the group docker and log in again"
}

/** `about` is what the call was about; an engine that cannot be spoken to is named by its address instead. */
export const classify = (cause: unknown, about: string, address: string): SandboxError => {
  const text = words(cause)
  const reason = reasonOf(cause, text)
  const sentence = advice[reason]
  return new SandboxError({
    reason,
    target: sentence === undefined ? about : address,
    detail: sentence === undefined ? text : `${sentence} (${text})`
  })
}
