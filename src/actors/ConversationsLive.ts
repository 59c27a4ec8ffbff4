/** `Conversations`: rows first, then a word to the channel's actor. */
import { Effect, Layer } from "effect"
import { Conversations } from "../services/Conversations.ts"
import * as Budgets from "./conversations/Budgets.ts"
import * as Commands from "./conversations/Commands.ts"
import * as Control from "./conversations/Control.ts"
import * as Directories from "./conversations/Directories.ts"
import * as Granting from "./conversations/Granting.ts"
import * as Hosts from "./conversations/Hosts.ts"
import * as Meeting from "./conversations/Meeting.ts"
import * as Places from "./conversations/Places.ts"
import * as Posting from "./conversations/Posting.ts"
import * as Projects from "./conversations/Projects.ts"
import * as Rules from "./conversations/Rules.ts"
import * as Shared from "./conversations/Shared.ts"
import * as Strangers from "./conversations/Strangers.ts"
import * as Threads from "./conversations/Threads.ts"

export const layer = Layer.effect(
  Conversations,
  Effect.map(Shared.make, (shared) =>
    Conversations.of({
      post: (subject, message) => Posting.post(shared, subject, message),
      editQueued: (subject, id, message, content) => Posting.edit(shared, subject, id, message, content),
      dropQueued: (subject, id, message) => Posting.drop(shared, subject, id, message),
      retry: (subject, id, options) => Posting.retry(shared, subject, id, options),
      note: (subject, message) => Posting.note(shared, subject, message),
      meet: (subject, place) => Meeting.meet(shared, subject, place),
      find: (subject, id) => Places.find(shared, subject, id),
      create: (subject, draft) => Places.create(shared, subject, draft),
      ensure: (subject, dir, platform) => Directories.ensure(shared, subject, dir, platform),
      createThread: (subject, draft) => Threads.createThread(shared, subject, draft),
      patch: (subject, id, changes) => Places.patch(shared, subject, id, changes),
      grant: (subject, id, change) => Granting.grant(shared, subject, id, change),
      remove: (subject, id, options) => Places.remove(shared, subject, id, options),
      inspect: (subject, id) => Control.inspect(shared, subject, id),
      stop: (subject, id) => Control.stop(shared, subject, id),
      stopRun: (subject, id) => Control.stopRun(shared, subject, id),
      reset: (subject, id) => Control.reset(shared, subject, id),
      prepare: (subject, id) => Control.prepare(shared, subject, id),
      decide: (subject, id, decision, message) => Control.decide(shared, subject, id, decision, message),
      answer: (subject, id, question, text) => Control.answer(shared, subject, id, question, text),
      admit: (subject, ask, decision) => Strangers.admit(shared, subject, ask, decision),
      rules: (subject, id) => Rules.list(shared, subject, id),
      revokeRule: (subject, id, rule) => Rules.revoke(shared, subject, id, rule),
      allowHost: (subject, ask, decision) => Hosts.allowHost(shared, subject, ask, decision),
      raiseBudget: (subject, ask) => Budgets.raise(shared, subject, ask),
      projectConfig: (subject, id) => Projects.look(shared, subject, id),
      decideProject: (subject, id, hash, decision) => Projects.decide(shared, subject, id, hash, decision),
      decideProjectAsked: (subject, ask, decision) => Projects.decideAsked(shared, subject, ask, decision),
      showProject: (subject, ask) => Projects.show(shared, subject, ask),
      command: (subject, id, name, options) => Commands.run(shared, subject, id, name, options),
      complete: (subject, id, name, option, typed) => Commands.complete(shared, subject, id, name, option, typed)
    })
  )
)
