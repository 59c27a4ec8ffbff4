/** A channel's own settings, shown and changed as text. */
import { Effect, Result, Schema } from "effect"
import type { Settable } from "../../../domain/chat/Catalogue.ts"
import { SettingsPatch, changesOf } from "../../../domain/SettingsPatch.ts"
import type { Effective } from "../../../services/Settings.ts"
import * as Places from "../Places.ts"
import { permitted, refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

const expected: Readonly<Record<Exclude<Settable, "dir_path">, string>> = {
  busy: "queue, steer, collect or interrupt",
  permission_mode: "bypass, ask or plan",
  allowed_tools: "names of tools with commas between them",
  claude_model: "the name of a model",
  network: 'none, allowlist, open, or an object such as {"mode":"allowlist","allow":["example.com"]}',
  container_timeout_sec: "seconds above 0",
  thread_workdir: "shared or worktree"
}

const inForce = (effective: Effective): Readonly<Record<Settable, string>> => ({
  busy: effective.busy,
  permission_mode: effective.permissionMode,
  allowed_tools: effective.allowedTools.length === 0 ? "none" : effective.allowedTools.join(", "),
  claude_model: effective.model === "" ? "the engine's default" : effective.model,
  network: effective.network.mode,
  container_timeout_sec: String(effective.timeoutSec),
  thread_workdir: effective.threadWorkdir,
  dir_path: effective.workDir
})

const fromJson = (text: string): unknown =>
  Result.getOrElse(
    Result.try((): unknown => JSON.parse(text)),
    () => text
  )

/** The value as the public interface writes it in JSON. */
const valueOf = (key: Exclude<Settable, "dir_path">, text: string): unknown => {
  if (text === "default") return null
  switch (key) {
    case "allowed_tools":
      return text.startsWith("[")
        ? fromJson(text)
        : text
            .split(",")
            .map((tool) => tool.trim())
            .filter((tool) => tool !== "")
    case "container_timeout_sec":
      return Number(text)
    case "network":
      return text.startsWith("{") ? fromJson(text) : text
    default:
      return text
  }
}

const decode = Schema.decodeUnknownEffect(SettingsPatch)

const changes = Effect.fnUntraced(function* (key: Settable, text: string) {
  if (key === "dir_path") return { dir_path: text === "default" ? null : text }
  const patch = yield* decode({ [key]: valueOf(key, text) }).pipe(
    Effect.mapError(() => refuse("invalid", `${key} is ${expected[key]}, or default; "${text}" is not.`, "value"))
  )
  return { settings: changesOf(patch) }
})

const set = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  // The catalogue has checked that it is one of them.
  const key = (options["key"] ?? "busy") as Settable
  const text = options["value"]
  const channel =
    text === undefined
      ? yield* permitted(shared, subject, "read", id)
      : yield* Places.patch(shared, subject, id, yield* changes(key, text))
  const value = inForce(yield* shared.settings.forChannel(channel, yield* shared.channels.root(channel)))[key]
  return { text: `${key} is ${value}${text === undefined ? "" : " now"}.` }
})

export const commands: Commands = { set }
