/** Chat commands: the one implementation, whoever gives them and wherever. What each does stands in `commands/`. */
import { Effect } from "effect"
import * as Catalogue from "../../domain/chat/Catalogue.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import type { Subject } from "../../services/Tokens.ts"
import type { Commands } from "./commands/Command.ts"
import * as Cost from "./commands/Cost.ts"
import * as Diff from "./commands/Diff.ts"
import * as Engine from "./commands/Engine.ts"
import * as History from "./commands/History.ts"
import * as Options from "./commands/Options.ts"
import * as Roles from "./commands/Roles.ts"
import * as Rules from "./commands/Rules.ts"
import * as Running from "./commands/Running.ts"
import * as Settings from "./commands/Settings.ts"
import * as Tasks from "./commands/Tasks.ts"
import { refuse, type Shared } from "./Shared.ts"

const commands: Commands = {
  ...Running.commands,
  ...History.commands,
  ...Cost.commands,
  ...Diff.commands,
  ...Engine.commands,
  ...Settings.commands,
  ...Tasks.commands,
  ...Roles.commands,
  ...Rules.commands
}

/** `/template  add` and `template-add` are one. */
const nameOf = (text: string): string => text.trim().replace(/^\//, "").replaceAll(/\s+/g, "-").toLowerCase()

export const run = Effect.fn("Conversations.command")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  text: string,
  given: Readonly<Record<string, string>>
) {
  const name = nameOf(text)
  const described = Catalogue.commands.find((command) => command.name === name)
  const command = described && commands[described.name]
  if (described === undefined || command === undefined) {
    const known = Catalogue.commands.map(({ name }) => name).join(", ")
    return yield* refuse("invalid", `There is no command "${name}": there are ${known}.`, "command")
  }
  // Who may not even look is told that, not what was wrong with an option.
  if (!Catalogue.forEverybody.has(name)) yield* shared.authorizer.authorize(subject, "read", id)
  const options = yield* Options.check(described, given)
  return yield* command({ shared, subject, id, options })
})

export { complete } from "./commands/Completing.ts"
