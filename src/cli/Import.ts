/** `loop import`: takes over what the Go Loop left; without `--apply` it only says what it would do. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { type Item, totals } from "../domain/predecessor/Report.ts"
import { printJson } from "./Ask.ts"
import { progress } from "./Screen.ts"
import { printTable } from "./Table.ts"

interface Wanted {
  readonly from: string
  readonly claude: string | undefined
  readonly apply: boolean
}

interface Done {
  readonly from: string
  readonly home: string
  readonly applied: boolean
  readonly items: ReadonlyArray<Item>
}

const sum = ({ applied, from, home, items }: Done): ReadonlyArray<string> => {
  const { changed, kept, left, taken } = totals(items)
  const counts = `${taken} taken, ${changed} taken with a change, ${kept} kept as they are here, ${left} left behind.`
  return applied
    ? [`From ${from} to ${home}: ${counts}`, 'Stop the Go Loop for good before "loop serve": both would answer.']
    : [`From ${from} to ${home}: ${counts}`, "Nothing was written: this was a dry run. With --apply it is done."]
}

const flags = {
  from: Flag.String("from").pipe(Flag.withDescription("The Go Loop's home, such as ~/.loop; nothing is changed in it")),
  apply: Flag.Boolean("apply").pipe(
    Flag.withDescription("Do it; without this it is a dry run"),
    Flag.withDefault(false)
  ),
  claude: Flag.String("claude-dir").pipe(
    Flag.withDescription("Where the conversations are; without it .claude beside that home, and in yours"),
    Flag.optional
  ),
  json: Flag.Boolean("json").pipe(Flag.withDescription("As JSON"), Flag.withDefault(false))
}

export const importFrom = <E>(importHome: (wanted: Wanted) => Effect.Effect<Done, E>) =>
  Command.make(
    "import",
    flags,
    Effect.fnUntraced(function* ({ apply, claude, from, json }) {
      const done = yield* importHome({ from, apply, claude: Option.getOrUndefined(claude) }).pipe(
        progress(apply ? "Taking over what is there" : "Looking at what is there")
      )
      if (json) return yield* printJson({ ...done, totals: totals(done.items) })
      const rows = done.items.map(({ detail, fate, kind, name }) => [fate, kind, name, detail])
      yield* printTable(["", "WHAT", "NAME", "DETAIL"], rows)
      yield* Effect.forEach(sum(done), (line) => Console.log(line))
    })
  ).pipe(Command.withDescription("Take over the Go Loop's configuration, channels, tasks and conversations"))
