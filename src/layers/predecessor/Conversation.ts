/** One of the predecessor's channels: its row as it will be, its work directory and its conversation. */
import { Effect } from "effect"
import type { OwnGrants } from "../../domain/chat/Grants.ts"
import { normalizePath } from "../../domain/Config.ts"
import { workRefusal } from "../../domain/mounts/Authority.ts"
import { type ChannelId, pathSegment, SessionId } from "../../domain/Ids.ts"
import { type Accepted, isThread } from "../../domain/predecessor/Channels.ts"
import { grantsOf, ownOf } from "../../domain/predecessor/Grants.ts"
import { item, type Item } from "../../domain/predecessor/Report.ts"
import type { Known, TakenChannel } from "../store/ImportSql.ts"
import { attempt, isGeneral, why } from "./Failed.ts"
import * as Sessions from "./Sessions.ts"
import * as WorkDirectory from "./WorkDirectory.ts"

export interface Given {
  /** The predecessor's home, and ours. */
  readonly from: string
  readonly home: string
  /** HOME of the user. */
  readonly user: string
  readonly known: Known
  readonly sessions: Sessions.Sessions
  readonly byId: ReadonlyMap<ChannelId, Accepted>
  /** Without it nothing is written. */
  readonly apply: boolean
}

interface Part<A> {
  readonly value: A
  readonly items: ReadonlyArray<Item>
}

const part = <A>(value: A, ...items: ReadonlyArray<Item>): Part<A> => ({ value, items })

/** A full disk ends the import, which can be repeated; a link in the way is this channel's alone. */
const orLeave = <A>({ home }: Given, kind: Item["kind"], id: ChannelId, value: A, run: () => Promise<Part<A>>) =>
  attempt(`The files of ${id} in ${home}`, "could not be copied", () =>
    run().catch((cause: unknown) => {
      if (isGeneral(cause)) throw cause
      return part(value, item(kind, id, "left", `Not copied: ${why(cause)}.`))
    })
  )

const workOf = ({ home }: Given, id: ChannelId) => `${home}/channels/${pathSegment(id)}/work`

/** The directory that a row names; null where it names none, or the predecessor's own for that channel. */
const named = (given: Given, { channel_id, old }: Accepted): Part<string | null> => {
  if (old.dir === "") return part(null)
  const leave = (reason: string) => part(null, item("work", channel_id, "left", `${old.dir}: ${reason}`))
  if (!old.dir.startsWith("/") || old.dir.includes("\0") || old.dir.split("/").includes("..")) {
    return leave("only an absolute path without .. can be a directory.")
  }
  const dir = normalizePath(old.dir)
  if (dir === `${given.from}/${old.id}/work`) return part(null)
  const refused = workRefusal(dir, { home: given.user, loopHome: given.home })
  return refused === undefined ? part(dir) : leave(`${refused}.`)
}

/** The predecessor's own directory for the channel, copied. True where there is one. */
const work = (given: Given, { channel_id, old }: Accepted) =>
  orLeave(given, "work", channel_id, false, async () => {
    const say = (fate: Item["fate"], detail: string) => part(true, item("work", channel_id, fate, detail))
    await using found = await WorkDirectory.find(given.from, old.id)
    if (found === undefined) return part(false)
    if (await WorkDirectory.isHere(given.home, channel_id)) return say("kept", "There is a work directory already.")
    const tree = given.apply ? await WorkDirectory.copy(found, given.home, channel_id) : await WorkDirectory.look(found)
    return say(tree.left.length > 0 ? "changed" : "taken", WorkDirectory.told(tree))
  })

/** Where its runs will work: a thread without a directory works in its channel's, unless it had one of its own there. */
const place = Effect.fnUntraced(function* (given: Given, accepted: Accepted) {
  const { channel_id, root } = accepted
  const own = named(given, accepted)
  const above = given.byId.get(root)
  const inherited = !isThread(accepted) || above === undefined ? null : named(given, above).value
  if (own.value !== null) return part(own.value === inherited ? null : own.value, ...own.items)
  const copied = yield* work(given, accepted)
  const dir = isThread(accepted) && copied.value ? workOf(given, channel_id) : null
  return part(dir, ...own.items, ...copied.items)
})

/** The conversation, where its file can be copied; how a thread that has not spoken yet begins from its channel's. */
const conversation = (given: Given, accepted: Accepted, workDir: string) => {
  const { channel_id, old, root } = accepted
  const none = { session_id: null, fork_from: null }
  const found = given.sessions.get(old.session)
  return orLeave<Pick<TakenChannel, "session_id" | "fork_from">>(given, "session", channel_id, none, async () => {
    if (old.session === "") return part(none)
    if (found === undefined) {
      return part(none, item("session", channel_id, "left", "Its file is not there: the conversation begins anew."))
    }
    const session = SessionId.make(old.session)
    const to = { loopHome: given.home, root, workDir }
    const there = given.apply && (await Sessions.copy(found, old.session, to))
    const detail = there ? "Its file is there already." : ""
    const forks = isThread(accepted) && given.byId.get(root)?.old.session === old.session
    return forks
      ? part(
          { session_id: null, fork_from: { session_id: session, message_uuid: null } },
          item("session", channel_id, "changed", "It begins from where its channel's conversation stands.")
        )
      : part({ session_id: session, fork_from: null }, item("session", channel_id, there ? "kept" : "taken", detail))
  })
}

const grants = ({ byId }: Given, accepted: Accepted): Part<OwnGrants> => {
  const { channel_id, old, root } = accepted
  const own = grantsOf(old.permissions)
  if (own === undefined) return part({}, item("grants", channel_id, "left", "They cannot be read."))
  const above = isThread(accepted) ? grantsOf(byId.get(root)?.old.permissions ?? "") : undefined
  const value = ownOf(own, above ?? {})
  return Object.keys(value).length === 0 ? part({}) : part(value, item("grants", channel_id, "taken"))
}

/** Undefined: it was dealt with by an earlier import. */
export const take = Effect.fn("Predecessor.conversation")(function* (given: Given, accepted: Accepted) {
  const { channel_id, old, platform, root } = accepted
  const kind = isThread(accepted) ? "thread" : "channel"
  const here = given.known.channels.get(channel_id)
  if (given.known.imported.channels.has(channel_id)) {
    const detail = here === undefined ? "It was imported before and deleted here since." : "It was imported before."
    return part<TakenChannel | undefined>(undefined, item(kind, channel_id, "kept", detail))
  }
  const placed = yield* place(given, accepted)
  const above = given.byId.get(root)
  const workDir = placed.value ?? (above === undefined ? null : named(given, above).value) ?? workOf(given, root)
  const spoken = yield* conversation(given, accepted, workDir)
  const granted = grants(given, accepted)
  const row: TakenChannel = {
    channel_id,
    platform,
    name: old.name === "" ? old.id : old.name,
    parent_id: isThread(accepted) ? root : null,
    active: old.active,
    created_at: old.createdAt,
    fresh: here === undefined,
    dir_path: here?.hasDirectory === true ? null : placed.value,
    ...(here?.hasSession === true ? { session_id: null, fork_from: null } : spoken.value),
    permissions: here?.hasGrants === true ? {} : granted.value
  }
  const detail = here === undefined ? old.name : "It is here already: only what it is silent about is taken."
  const items = [item(kind, channel_id, here === undefined ? "taken" : "kept", detail)]
  return part<TakenChannel | undefined>(row, ...items, ...placed.items, ...spoken.items, ...granted.items)
})
