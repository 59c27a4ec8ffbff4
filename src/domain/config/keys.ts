/** Every key of the configuration file: the one source of defaults, checks and the reference table. */
import { Schema } from "effect"
import { boxKeys } from "./keys/box.ts"
import { chatKeys } from "./keys/chat.ts"
import { modelKeys } from "./keys/model.ts"
import { runKeys } from "./keys/run.ts"
import { serverKeys } from "./keys/server.ts"

/** In the order of the reference table. */
export const ConfigFile = Schema.Struct({ ...serverKeys, ...modelKeys, ...chatKeys, ...boxKeys, ...runKeys })

/** The file's content after defaults and before what depends on the machine. */
export type ConfigFile = typeof ConfigFile.Type

/** The configuration as everybody reads it: every key has its value. */
export type Config = Required<ConfigFile>
