/** What people decide about a project's file that reaches out of its box. */
import { Clock, Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { AskId, type ChannelId } from "../../domain/Ids.ts"
import { diff } from "../../domain/project/Diff.ts"
import * as Words from "../../domain/project/Words.ts"
import type { ProjectState } from "../../services/Conversations.ts"
import type { Subject } from "../../services/Tokens.ts"
import { announce, audited, authorOf, permitted, refuse, type Shared } from "./Shared.ts"

/** What the file says now, read anew. */
const reads = Effect.fnUntraced(function* (shared: Shared, channel: Channel) {
  const root = yield* shared.channels.root(channel)
  return (yield* shared.settings.forChannel(channel, root)).project
})

/** Looked at by those who may look at the channel. */
export const look = Effect.fn("Conversations.projectConfig")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId
) {
  const channel = yield* permitted(shared, subject, "read", id)
  const project = yield* reads(shared, channel)
  if (project === null) return undefined
  const before = (yield* shared.projects.approved(project.place))?.content ?? null
  const known = yield* shared.projects.of(project.place, project.hash)
  const state: ProjectState = {
    ...project,
    before,
    difference: diff(project.approved ? project.content : (before ?? ""), project.content),
    state: project.approved ? "approved" : known?.decision === "declined" ? "declined" : "waiting"
  }
  return state
})

/** By its hash, or the beginning of one that people name it by. */
export const decide = Effect.fn("Conversations.decideProject")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  hash: string,
  decision: Words.Decision
) {
  const action = decision === "approved" ? "project.approve" : "project.decline"
  const act = { actor: subject, action, target: hash, channel_id: id }
  const channel = yield* permitted(shared, subject, "grant", id).pipe(audited(shared, act))
  // Whoever asked for its work: it is the box that would get out.
  if (subject.kind === "run") return yield* refuse("invalid", Words.notByAgents)
  const project = yield* reads(shared, channel)
  if (project === null) return yield* refuse("conflict", Words.nothingWaits)
  if (hash.length < 12 || !project.hash.startsWith(hash)) return yield* refuse("conflict", Words.changed)
  if (project.place !== id) yield* permitted(shared, subject, "grant", project.place).pipe(audited(shared, act))
  const ask_id = AskId.make(yield* shared.random.uuidV7())
  const by = authorOf(subject).author_name ?? null
  const { content, directory, keys, place } = project
  const now = yield* Clock.currentTimeMillis
  yield* shared.store.transaction(
    Effect.gen(function* () {
      const met = {
        ask_id,
        channel_id: place,
        hash: project.hash,
        directory,
        keys,
        content,
        run_id: null,
        asked_at: now
      }
      yield* shared.projects.ask(met)
      const ask = yield* shared.projects.of(place, project.hash)
      if (ask === undefined || !(yield* shared.projects.decide(ask.ask_id, decision, by))) {
        return yield* refuse("conflict", decision === "approved" ? Words.already : Words.declined)
      }
      yield* shared.audit.record({ ...act, target: project.hash, detail: { directory, keys } })
      yield* announce(shared, yield* shared.channels.get(place), now)
    })
  )
  return decision === "approved" ? Words.approved : Words.declined
})

/** The channel in which a card was shown: there its file is read. */
const cardOf = Effect.fnUntraced(function* (shared: Shared, id: AskId) {
  const ask = yield* shared.projects.get(id)
  if (ask === undefined) return yield* refuse("not_found", Words.gone)
  const run = ask.run_id === null ? undefined : yield* Effect.option(shared.runs.get(ask.run_id))
  return { ask, channel: run?._tag === "Some" ? run.value.channel_id : ask.channel_id }
})

export const decideAsked = Effect.fn("Conversations.decideProjectAsked")(function* (
  shared: Shared,
  subject: Subject,
  id: AskId,
  decision: Words.Decision
) {
  const { ask, channel } = yield* cardOf(shared, id)
  return yield* decide(shared, subject, channel, ask.hash, decision)
})

/** What the card asked about, which may be another thing than the file says now. For owners, who decide. */
export const show = Effect.fn("Conversations.showProject")(function* (shared: Shared, subject: Subject, id: AskId) {
  const { ask, channel } = yield* cardOf(shared, id)
  yield* permitted(shared, subject, "grant", channel)
  const before = (yield* shared.projects.approved(ask.channel_id))?.content ?? ""
  return { ...Words.shown(diff(before, ask.content), ask.directory, ask.hash), private: true }
})
