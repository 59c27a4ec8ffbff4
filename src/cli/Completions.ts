/** `loop completions <shell>`: the script that makes a shell ask Loop at each Tab. */
import { Console } from "effect"
import { Argument, Command } from "effect/cli"
import { scripts, shells } from "./completions/Scripts.ts"

export const completions = Command.make(
  "completions",
  { shell: Argument.Literals("shell", shells).pipe(Argument.withDescription("For which shell")) },
  ({ shell }) => Console.log(scripts[shell].trimEnd())
).pipe(
  Command.withDescription("Print what completes commands, flags and ids at Tab; its first line says where it goes"),
  Command.withExamples([
    { command: 'eval "$(loop completions bash)"', description: "For this bash, and in ~/.bashrc for all" }
  ])
)
