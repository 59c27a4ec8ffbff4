/** What an operator is told about settings that open the box to this machine: at each start, and by the doctor. */
import type { Config } from "../Config.ts"

export const engineSocket =
  "allow_engine_socket is true: whoever has the container engine's socket in a box is root on this machine. Set it to false unless that is meant."

export const claudeHome =
  "share_claude_home is true: agents read your own ~/.claude, a login that is kept there too, and write in it: hooks that they leave there run on this machine. Set it to false unless that is meant."

export const warnings = (config: Pick<Config, "allow_engine_socket" | "share_claude_home">): ReadonlyArray<string> => [
  ...(config.allow_engine_socket ? [engineSocket] : []),
  ...(config.share_claude_home ? [claudeHome] : [])
]
