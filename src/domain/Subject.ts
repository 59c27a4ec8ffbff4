/** Who acts: the one question every decision begins with. */
import { Schema } from "effect"
import { ChannelId, PlatformName, type RunId } from "./Ids.ts"

/** Whose rights a message or a task carries. What somebody may do is looked up anew each time. */
export const Author = Schema.Union([
  /** The holder of the owner's token. */
  Schema.Struct({ kind: Schema.Literal("owner") }),
  /** The holder of a token that an owner made. */
  Schema.Struct({ kind: Schema.Literal("token"), token_id: Schema.String, name: Schema.String }),
  /** A person on a chat platform with the role ids that the event told of them. */
  Schema.Struct({
    kind: Schema.Literal("person"),
    platform: PlatformName,
    person_id: Schema.String,
    name: Schema.String,
    roles: Schema.Array(Schema.String)
  }),
  /** A webhook of the configuration; it speaks in its channel, and whoever works for it may do no more. */
  Schema.Struct({ kind: Schema.Literal("hook"), name: Schema.String, channel_id: ChannelId }),
  /** Loop by itself: what a platform tells of its own places. */
  Schema.Struct({ kind: Schema.Literal("system") })
])
export type Author = typeof Author.Type

/** An agent at work: it may do what each of those may who asked for the work, and no more. */
export interface RunSubject {
  readonly kind: "run"
  readonly run_id: RunId
  readonly channel_id: ChannelId
  /** Empty: nobody knows who asked. */
  readonly authors: ReadonlyArray<Author>
}

export type Subject = Author | RunSubject

export const system: Author = { kind: "system" }
export const owner: Author = { kind: "owner" }

/** For whom it is done that a subject does. */
export const authorsOf = (subject: Subject): ReadonlyArray<Author> =>
  subject.kind === "run" ? subject.authors : [subject]

/** All of them, each once; none where nobody knows one of the two. */
export const together = (some: ReadonlyArray<Author>, others: ReadonlyArray<Author>): ReadonlyArray<Author> =>
  some.length === 0 || others.length === 0
    ? []
    : [...some, ...others.filter((other) => !some.some((one) => isSame(one, other)))]

/** As the audit log writes it: an id that stays, and a name for people. */
export const identityOf = (subject: Subject): { readonly id: string; readonly name: string } => {
  switch (subject.kind) {
    case "person":
      return { id: `${subject.platform}:${subject.person_id}`, name: subject.name }
    case "token":
      return { id: subject.token_id, name: subject.name }
    case "hook":
      return { id: `hook:${subject.name}`, name: `webhook ${subject.name}` }
    case "run":
      return { id: subject.run_id, name: subject.authors.map((author) => identityOf(author).name).join(", ") }
    default:
      return { id: subject.kind, name: subject.kind === "owner" ? "owner" : "Loop" }
  }
}

/** Whether it is their own work: everybody for whom the subject acts is one of those. */
export const areOwn = (authors: ReadonlyArray<Author>, subject: Subject): boolean => {
  const acting = authorsOf(subject)
  return acting.length > 0 && acting.every((one) => authors.some((author) => isSame(author, one)))
}

/** Whether both are the same one, whatever roles or names they have by now. */
export const isSame = (one: Subject, other: Subject): boolean =>
  one.kind === other.kind && identityOf(one).id === identityOf(other).id

/** Whose marks of what was read those of a subject are: each token reads for itself. */
export const readerOf = (subject: Subject): string => (subject.kind === "token" ? subject.token_id : subject.kind)
