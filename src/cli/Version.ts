/** `loop version` and `loop readme`. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { PackageFiles } from "../services/PackageFiles.ts"

export const version = Command.make(
  "version",
  {},
  Effect.fnUntraced(function* () {
    const files = yield* PackageFiles
    yield* Console.log(`loop ${files.version}`)
  })
).pipe(Command.withDescription("Print the version"), Command.withAlias("v"))

export const readme = Command.make(
  "readme",
  {},
  Effect.fnUntraced(function* () {
    const files = yield* PackageFiles
    yield* Console.log(files.readme.trimEnd())
  })
).pipe(Command.withDescription("Print the README"), Command.withAlias("r"))
