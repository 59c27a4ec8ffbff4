/** The configuration file: its schema is the one source of defaults, checks and the reference table. */
export { ConfigFile, type Config } from "./config/keys.ts"
export { decodeConfig, type Decoded, type Env } from "./config/decode.ts"
export { mergeProject, type InBox } from "./config/project.ts"
export { redact } from "./config/redact.ts"
export {
  isLoopback,
  isZone,
  joinAddress,
  splitAddress,
  splitMount,
  type Address,
  type ConfiguredMount
} from "./config/values.ts"
export { type TaskTemplate } from "./config/parts.ts"
export { expandHome, isWithin, normalizePath } from "./config/paths.ts"
export { configReference, type KeyReference } from "./config/reference.ts"
export { type ConfigProblem } from "./config/problem.ts"
