/** Brings the engine into the mode, the model and the permissions that a turn wants, asking only for what differs. */
import { Effect } from "effect"
import type { PermissionMode } from "../../domain/Channel.ts"
import type { Turn } from "../../services/Agent.ts"
import type { Control } from "./Control.ts"

const modes: Readonly<Record<PermissionMode, string>> = {
  bypass: "bypassPermissions",
  ask: "default",
  plan: "plan"
}

/** Loop's own tools are never asked about. */
const always = ["mcp__loop"]

export const make = (control: Control, engine: { mode: string | null }, known: { readonly model: string | null }) => {
  let model = known.model
  let allowed = ""

  return Effect.fn("ClaudeCode.prepare")(function* (turn: Turn) {
    const mode = modes[turn.permissionMode]
    if (engine.mode !== mode) {
      yield* control.ask({ subtype: "set_permission_mode", mode })
      engine.mode = mode
    }
    const allow = [...always, ...turn.allowedTools]
    if (mode !== "bypassPermissions" && allowed !== allow.join("\n")) {
      yield* control.ask({ subtype: "apply_flag_settings", settings: { permissions: { allow } } })
      allowed = allow.join("\n")
    }
    if (model !== turn.model) {
      yield* control.ask({ subtype: "set_model", model: turn.model === "" ? "default" : turn.model })
      model = turn.model
    }
  })
}
