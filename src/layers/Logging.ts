/** The server's log on stderr: constant messages with annotations, as text or as JSON lines. */
import { Effect, Layer, Logger, References } from "effect"
import { Masking } from "../services/Masking.ts"
import { Settings } from "../services/Settings.ts"

const levels = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

/** `log_format` and `log_level` as they are at the start; `auto` is text on a terminal, JSON elsewhere. */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { log_format, log_level } = yield* Settings.use((settings) => settings.current)
    const text = log_format === "text" || (log_format === "auto" && process.stderr.isTTY)
    const masker = yield* Masking
    const logger = Logger.withConsoleError(Logger.map(text ? Logger.formatLogFmt : Logger.formatJson, masker.text))
    return Layer.merge(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, levels[log_level]))
  })
)
