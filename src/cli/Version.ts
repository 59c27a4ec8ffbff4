/** `loop version` and `loop readme`. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import { json, printJson } from "./Ask.ts"
import { PackageFiles } from "../services/PackageFiles.ts"

export const version = Command.make(
  "version",
  { json },
  Effect.fnUntraced(function* ({ json }) {
    const { version } = yield* PackageFiles
    yield* json ? printJson({ version }) : Console.log(`loop ${version}`)
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
