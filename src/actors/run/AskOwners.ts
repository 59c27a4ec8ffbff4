/** Asks the owners about a project's file that reaches out of its box, once for what it says. */
import { Effect } from "effect"
import { AskId } from "../../domain/Ids.ts"
import type { Run } from "../../domain/Run.ts"
import * as Words from "../../domain/project/Words.ts"
import type { Effective } from "../../services/Settings.ts"
import type { World } from "./World.ts"

/** Part of the transaction in which the run begins: the card is said beside it. */
export const aboutProject = Effect.fn("Run.askAboutProject")(function* (
  world: World,
  { channel_id, run_id, started_at }: Run,
  { project }: Effective
) {
  if (project === null || project.approved) return
  const { content, directory, hash, keys, place } = project
  const ask_id = AskId.make(yield* world.random.uuidV7())
  const ask = { ask_id, channel_id: place, hash, directory, keys, content, run_id, asked_at: started_at }
  if (!(yield* world.projects.ask(ask))) return
  yield* world.messages.say({
    channel_id,
    run_id,
    key: Words.cardKey(ask_id),
    content: Words.card(keys),
    buttons: Words.buttons(ask_id),
    verbatim: true,
    aside: true
  })
})
