/** `loop config check`: every problem of the configuration. */
import { Console, Effect, FileSystem, type Layer } from "effect"
import { Command } from "effect/cli"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"

/** Reading the settings is the check: they fail with every problem. */
export const config = (settings: Layer.Layer<Settings, ConfigInvalid>) =>
  Command.make("config").pipe(
    Command.withDescription("The configuration file"),
    Command.withSubcommands([
      Command.make(
        "check",
        {},
        Effect.fnUntraced(function* () {
          const fs = yield* FileSystem.FileSystem
          const { paths } = yield* Settings
          const there = yield* Effect.orElseSucceed(fs.exists(paths.config), () => false)
          yield* Console.log(
            there ? `${paths.config} is fine.` : `There is no ${paths.config} yet, so every key has its default.`
          )
        }, Effect.provide(settings))
      ).pipe(Command.withDescription("Print every problem with its key and line; exits 1 when there is one"))
    ])
  )
