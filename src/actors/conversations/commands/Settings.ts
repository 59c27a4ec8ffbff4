/** A channel's own settings, shown and changed as text. */
import { Effect, Result, Schema } from "effect"
import type { Budget } from "../../../domain/budget/Limits.ts"
import type { Settable } from "../../../domain/chat/Catalogue.ts"
import { SettingsPatch, changesOf } from "../../../domain/SettingsPatch.ts"
import type { Effective } from "../../../services/Settings.ts"
import * as Words from "../../../domain/project/Words.ts"
import * as Places from "../Places.ts"
import * as Projects from "../Projects.ts"
import { permitted, refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

/** What is no plain setting: a column of its own, or an act. */
type Special = "dir_path" | "project_config"

const expected: Readonly<Record<Exclude<Settable, Special>, string>> = {
  busy: "queue, steer, collect or interrupt",
  permission_mode: "bypass, ask or plan",
  allowed_tools: "names of tools with commas between them",
  unattended_permissions: "deny, allow_listed or ask",
  claude_model: "the name of a model",
  network: 'none, allowlist, open, or an object such as {"mode":"allowlist","allow":["example.com"]}',
  container_timeout_sec: "seconds above 0",
  thread_workdir: "shared or worktree",
  budget: 'an object such as {"per_day_usd":5,"per_run_usd":1}',
  mounts: "source:target or source:target:ro, with commas between them, under the operator's mount_roots"
}

const inForce = (
  effective: Effective,
  own: ReadonlyArray<string>,
  budget: Budget
): Readonly<Record<Settable, string>> => ({
  busy: effective.busy,
  permission_mode: effective.permissionMode,
  allowed_tools: effective.allowedTools.length === 0 ? "none" : effective.allowedTools.join(", "),
  unattended_permissions: effective.unattendedPermissions,
  claude_model: effective.model === "" ? "the engine's default" : effective.model,
  network: effective.network.mode,
  container_timeout_sec: String(effective.timeoutSec),
  thread_workdir: effective.threadWorkdir,
  budget: Object.keys(budget).length === 0 ? "none of its own" : JSON.stringify(budget),
  mounts: own.length === 0 ? "none" : own.join(", "),
  dir_path: effective.workDir,
  project_config:
    effective.project === null
      ? "nothing outside of the box"
      : Words.inForce(effective.project.keys, effective.project.approved, effective.project.hash)
})

const fromJson = (text: string): unknown =>
  Result.getOrElse(
    Result.try((): unknown => JSON.parse(text)),
    () => text
  )

/** The value as the public interface writes it in JSON. */
const valueOf = (key: Exclude<Settable, Special>, text: string): unknown => {
  if (text === "default") return null
  switch (key) {
    case "mounts":
    case "allowed_tools":
      return text.startsWith("[")
        ? fromJson(text)
        : text
            .split(",")
            .map((tool) => tool.trim())
            .filter((tool) => tool !== "")
    case "container_timeout_sec":
      return Number(text)
    case "budget":
    case "network":
      return text.startsWith("{") ? fromJson(text) : text
    default:
      return text
  }
}

const decode = Schema.decodeUnknownEffect(SettingsPatch)

const changes = Effect.fnUntraced(function* (key: Exclude<Settable, "project_config">, text: string) {
  if (key === "dir_path") return { dir_path: text === "default" ? null : text }
  const patch = yield* decode({ [key]: valueOf(key, text) }).pipe(
    Effect.mapError(() => refuse("invalid", `${key} is ${expected[key]}, or default; "${text}" is not.`, "value"))
  )
  return { settings: changesOf(patch) }
})

/** Shown with what it asks for; approved by the hash that is shown with it. */
const projectConfig = Effect.fnUntraced(function* ({ id, shared, subject }: Given, hash: string | undefined) {
  if (hash !== undefined) {
    const decline = hash === "default"
    const known = decline ? ((yield* Projects.look(shared, subject, id))?.hash ?? "") : hash
    return { text: yield* Projects.decide(shared, subject, id, known, decline ? "declined" : "approved") }
  }
  const state = yield* Projects.look(shared, subject, id)
  if (state === undefined) return { text: Words.nothingWaits }
  const { approved, difference, directory, hash: now, keys } = state
  const shown = Words.shown(difference, directory, now)
  return { ...shown, text: `project_config is ${Words.inForce(keys, approved, now)}.\n${shown.text}`, private: true }
})

const set = Effect.fnUntraced(function* (given: Given) {
  const { id, options, shared, subject } = given
  // The catalogue has checked that it is one of them.
  const key = (options["key"] ?? "busy") as Settable
  const text = options["value"]
  if (key === "project_config") return yield* projectConfig(given, text)
  const channel =
    text === undefined
      ? yield* permitted(shared, subject, "read", id)
      : yield* Places.patch(shared, subject, id, yield* changes(key, text))
  const root = yield* shared.channels.root(channel)
  const own = channel.settings.mounts ?? root.settings.mounts ?? []
  const value = inForce(yield* shared.settings.forChannel(channel, root), own, root.settings.budget ?? {})[key]
  return { text: `${key} is ${value}${text === undefined ? "" : " now"}.` }
})

export const commands: Commands = { set }
