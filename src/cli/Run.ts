/** Runs one subcommand: help on stdout, errors as sentences on stderr, and the exit code 0, 1 or 2. */
import { NodeServices } from "@effect/platform-node"
import { Cause, Console, Effect, Exit, Layer, Logger, Predicate, References } from "effect"
import { CliConfig, CliError, CliOutput, Command, Completions, GlobalFlag } from "effect/cli"
import type { Environment } from "effect/cli/Command"
import { ConfigInvalid } from "../services/Settings.ts"
import { guarded, Styled } from "./Screen.ts"

const formatter = CliOutput.defaultFormatter()

/** Help that was asked for is an answer; help because the words were wrong is an error of two lines. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Version":
        return Console.log(event.version)
      case "Help":
        return Console.log(new Styled(formatter.formatHelpDoc(event.helpDoc)))
      case "InvalidInvocation":
        return Console.error(
          [
            ...event.errors.map((error) => `loop: ${error.message.split("\n")[0]}`),
            `See "${event.commandPath.join(" ")} --help".`
          ].join("\n")
        )
    }
  }
}

/** Log lines of commands that come and go: a sentence each, on stderr, warnings and worse only. */
export const sentences = Layer.mergeAll(
  Logger.layer([
    Logger.withConsoleError(
      Logger.make(({ message }) => {
        const parts = Array.isArray(message) ? message : [message]
        return `loop: ${parts.filter(Predicate.isString).join(" ")}`
      })
    )
  ]),
  Layer.succeed(References.MinimumLogLevel, "Warn")
)

/** The group of commands that is all these words name; undefined where they name a command, or say more. */
const groupOf = (command: Completions.CommandDescriptor, words: ReadonlyArray<string>): string | undefined => {
  let at: Completions.CommandDescriptor | undefined = command
  for (const word of words.slice(1)) at = at?.subcommands.find(({ name }) => name === word)
  return at === undefined || at.subcommands.length === 0
    ? undefined
    : ["loop", command.name, ...words.slice(1)].join(" ")
}

/** `words` are the arguments with the subcommand in front. A group alone is told so before anything is made for it. */
export const run = <const Name extends string, Input, Given, E>(
  command: Command.Command<Name, Input, Given, E, Environment>,
  words: ReadonlyArray<string>,
  logs: Layer.Layer<never> = sentences
): Effect.Effect<number> => {
  const group = groupOf(Completions.fromCommand(command), words)
  if (group !== undefined) {
    return Effect.as(Console.error(`loop: ${group} needs a subcommand. See "${group} --help".`), 2)
  }
  return Command.runWith(Command.make("loop").pipe(Command.withSubcommands([command])), { version: "" })(words).pipe(
    Effect.provide([
      NodeServices.layer,
      logs,
      CliConfig.layer({ builtIns: [GlobalFlag.Help] }),
      CliOutput.layer(formatter),
      CliOutput.layerPresenter(presenter)
    ]),
    Effect.exit,
    Effect.flatMap((exit) => report(exit)),
    guarded
  )
}

const report = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<number> => {
  if (Exit.isSuccess(exit)) return Effect.succeed(0)
  if (Cause.hasInterruptsOnly(exit.cause)) return Effect.succeed(130)
  const error = Cause.squash(exit.cause)
  if (CliError.isCliError(error) && error._tag === "ShowHelp") return Effect.succeed(2)
  return Effect.as(Console.error(sentenceOf(error)), 1)
}

const sentenceOf = (error: unknown): string => {
  if (error instanceof ConfigInvalid) {
    return `${error.message}\nloop: The configuration cannot be used. Mend it, then look it over with "loop config check".`
  }
  const tagged = Predicate.hasProperty(error, "_tag") && error instanceof Error
  const text = error instanceof Error ? error.message : String(error)
  return tagged ? `loop: ${text}` : `loop: This is a defect of Loop's: ${text}. Please report it.`
}
