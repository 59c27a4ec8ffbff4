/**
 * Who may have what of the host mounted into a box: the operator (the global configuration) any path but a few, an owner
 * of a channel what lies under the operator's roots. Pure: every path here is resolved, so links play no part any more.
 */
import { isWithin } from "../config/paths.ts"

/** `operator`: it stands in the global configuration; `owner`: a channel's settings or an approved project file ask for it. */
export type By = "operator" | "owner"

export interface Asked {
  /** As it is written. */
  readonly source: string
  /** Where that leads. */
  readonly real: string
  readonly readOnly: boolean
  readonly by: By
  /** It is a container engine's socket, under whatever name. */
  readonly engine: boolean
}

/** A place that owners may have things mounted from. */
export interface Root {
  readonly path: string
  readonly readOnly: boolean
}

/** What is what on this machine, by resolved paths. */
export interface Ground {
  readonly home: string
  readonly loopHome: string
  readonly engineSockets: ReadonlyArray<string>
  readonly allowEngineSocket: boolean
  readonly shareClaudeHome: boolean
  readonly roots: ReadonlyArray<Root>
  /** Work directories of other channels. */
  readonly others: ReadonlyArray<string>
  /** Directories in which agents can write: what lies in one may be exchanged for a link at any time. */
  readonly writable: ReadonlyArray<string>
}

const overlaps = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a)

/** What no box gets, whoever asks and for whatever purpose. */
const forbidden = ({ real }: Pick<Asked, "real">, ground: Pick<Ground, "home" | "loopHome">): string | undefined => {
  if (real === "/") return "it is the whole machine; name the directory that is needed"
  if (real === "/etc") return "it holds this machine's secrets; name the one file that is needed"
  if (isWithin(ground.home, real)) return "it holds your whole home with its keys; name a directory inside it"
  if (overlaps(real, ground.loopHome)) return "Loop's own keys and every channel's files are there (LOOP_HOME)"
  return undefined
}

const engine = ({ by, engine, real }: Asked, ground: Ground): string | undefined => {
  const inside = ground.engineSockets.find((socket) => isWithin(socket, real))
  if (!engine && inside === undefined) return undefined
  if (!engine && inside !== real) {
    return `the container engine's socket lies in it (${inside}), which is root on this machine; mount what is needed alone`
  }
  if (by === "operator" && ground.allowEngineSocket) return undefined
  return "it is the container engine's socket, which is root on this machine; only the operator can give it, with allow_engine_socket: true"
}

const claudeHome = ({ by, real, readOnly }: Asked, { home, shareClaudeHome }: Ground): string | undefined => {
  const theirs = `${home}/.claude`
  if (!isWithin(real, theirs) || (shareClaudeHome && by === "operator")) return undefined
  if (readOnly && real !== theirs && real !== `${theirs}/.credentials.json`) return undefined
  return "agents could leave hooks there that later run on this machine; list what is needed in copy_files, or set share_claude_home: true"
}

const ofOwner = ({ by, readOnly, real }: Asked, { roots }: Ground): string | undefined => {
  if (by === "operator") return undefined
  const root = roots.find(({ path, readOnly: only }) => isWithin(real, path) && (readOnly || !only))
  if (root !== undefined) return undefined
  if (roots.some(({ path }) => isWithin(real, path))) return "its root can be read only; write :ro behind it"
  return "it is under none of the roots that the operator listed (mount_roots)"
}

/** Why it is refused, as the end of a sentence; undefined where it may be mounted. */
export const refusal = (asked: Asked, ground: Ground): string | undefined => {
  const { real } = asked
  const fault = forbidden(asked, ground) ?? engine(asked, ground) ?? claudeHome(asked, ground)
  if (fault !== undefined) return fault
  const swappable = ground.writable.find((place) => real !== place && isWithin(real, place))
  if (ground.others.some((work) => overlaps(real, work))) return "another channel works there"
  if (swappable !== undefined)
    return `agents can write in ${swappable} and so decide what it leads to; mount that itself`
  return ofOwner(asked, ground)
}

/** Why a file is not copied into a box. */
export const copyRefusal = (asked: Asked, ground: Ground): string | undefined => {
  if (asked.engine) return "it is a socket; only files can be copied"
  if (asked.real === `${ground.home}/.claude/.credentials.json`) return "it is a key, and keys stay outside of the box"
  const fault = forbidden(asked, ground)
  if (fault !== undefined) return fault
  if (ground.others.some((work) => overlaps(asked.real, work))) return "another channel works there"
  return ofOwner({ ...asked, readOnly: true }, ground)
}

/** Why a directory cannot be a channel's work directory. */
export const workRefusal = (real: string, ground: Pick<Ground, "home" | "loopHome">): string | undefined =>
  forbidden({ real }, ground)

/** `"~/data" (it leads to /srv/data)`. */
const shown = ({ real, source }: Pick<Asked, "real" | "source">): string =>
  real === source ? `"${source}"` : `"${source}" (it leads to ${real})`

export const refused = (asked: Pick<Asked, "real" | "source">, why: string): string =>
  `${shown(asked)} is not mounted: ${why}.`

export const notCopied = (asked: Pick<Asked, "real" | "source">, why: string): string =>
  `${shown(asked)} is not copied: ${why}.`

export const missing = (source: string): string => `"${source}" is not mounted: it is not there.`

export const foreignVolume = (name: string): string =>
  `The volume "${name}" is not mounted: the operator lists it neither in mounts nor in mount_roots.`

export const noWork = (asked: Pick<Asked, "real" | "source">, why: string): string =>
  `${shown(asked)} cannot be a work directory: ${why}.`
