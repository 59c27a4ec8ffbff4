/** Looks into a session's file, which the agent can write: nothing in it is trusted, and no link is followed. */
import { Effect, Option, Schema, Stream } from "effect"
import { constants } from "node:fs"
import { type FileHandle, lstat, open, readdir, readlink, realpath } from "node:fs/promises"
import { join } from "node:path"
import type { PromptId, SessionId } from "../../domain/Ids.ts"

const isDirectory = (path: string) =>
  Effect.map(
    Effect.tryPromise(() => lstat(path)),
    (entry) => entry.isDirectory()
  )

/** Opens a plain file below `home` and nothing else, whatever the agent does with the path meanwhile. */
const openInside = (home: string, path: string) =>
  Effect.acquireRelease(
    Effect.tryPromise(() => open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)),
    (file) => Effect.ignore(Effect.tryPromise(() => file.close()))
  ).pipe(
    Effect.tap((file) => Effect.tryPromise(() => file.stat()).pipe(Effect.filterOrFail((entry) => entry.isFile()))),
    Effect.tap((file) => stillInside(home, file))
  )

/** Linux tells where an open file really is; elsewhere the check of its directories has to do. */
const stillInside = (home: string, file: FileHandle) =>
  process.platform !== "linux"
    ? Effect.void
    : Effect.all([
        Effect.tryPromise(() => realpath(home)),
        Effect.tryPromise(() => readlink(`/proc/self/fd/${file.fd}`))
      ]).pipe(Effect.filterOrFail(([inside, real]) => real.startsWith(`${inside}/`)))

const lines = (file: FileHandle) => Stream.fromAsyncIterable(file.readLines({ autoClose: false }), (cause) => cause)

const Entry = Schema.fromJsonString(
  Schema.Struct({
    type: Schema.String,
    uuid: Schema.optionalKey(Schema.String),
    attachment: Schema.optionalKey(Schema.Struct({ source_uuid: Schema.optionalKey(Schema.String) }))
  })
)
const decodeEntry = Schema.decodeUnknownOption(Entry)

const isMessage = (line: string): boolean =>
  Option.exists(decodeEntry(line), ({ type }) => type === "user" || type === "assistant")

/** A prompt stands under its own uuid; one that was absorbed while a tool ran is an attachment. */
const isPrompt = (line: string, promptId: PromptId): boolean =>
  line.includes(promptId) &&
  Option.exists(decodeEntry(line), ({ uuid, attachment }) => uuid === promptId || attachment?.source_uuid === promptId)

/**
 * Whether the prompt is there and a message follows it. A prompt that is the last message, with no answer begun, is run
 * by the CLI when it is written again after a resume; any other is only acknowledged (tried).
 */
const isDealtWith = (file: FileHandle, promptId: PromptId) =>
  lines(file).pipe(
    Stream.dropWhile((line) => !isPrompt(line, promptId)),
    Stream.drop(1),
    Stream.filter(isMessage),
    Stream.runHead,
    Effect.map(Option.isSome)
  )

/** The directories in which a session's file may be: one per working directory it was used in. */
const directories = Effect.fnUntraced(function* (home: string) {
  const projects = join(home, ".claude", "projects")
  for (const parent of [join(home, ".claude"), projects]) {
    if (!(yield* isDirectory(parent))) return []
  }
  const names = yield* Effect.tryPromise(() => readdir(projects))
  return names.map((name) => join(projects, name))
})

/** The session's file in this directory, read by `look`; false when there is none. */
const inFile = <E>(
  home: string,
  directory: string,
  sessionId: SessionId,
  look: (file: FileHandle) => Effect.Effect<boolean, E>
) =>
  isDirectory(directory).pipe(
    Effect.flatMap((real) =>
      real ? Effect.flatMap(openInside(home, join(directory, `${sessionId}.jsonl`)), look) : Effect.succeed(false)
    ),
    Effect.scoped,
    Effect.orElseSucceed(() => false)
  )

const anyFile = <E>(home: string, sessionId: SessionId, look: (file: FileHandle) => Effect.Effect<boolean, E>) =>
  !/^[0-9a-f-]{36}$/.test(sessionId)
    ? Effect.succeed(false)
    : directories(home).pipe(
        Effect.flatMap((all) =>
          Effect.findFirst(all, (directory) => inFile(home, directory, sessionId, look)).pipe(Effect.map(Option.isSome))
        ),
        Effect.orElseSucceed(() => false)
      )

/** Whether the session has a file below `home` at all. It has none before its first prompt reached the model. */
export const exists = Effect.fn("Transcript.exists")((home: string, sessionId: SessionId) =>
  anyFile(home, sessionId, () => Effect.succeed(true))
)

/** Whether the session's file below `home` holds the prompt and the beginning of its work. No file: no. */
export const holds = Effect.fn("Transcript.holds")((home: string, sessionId: SessionId, promptId: PromptId) =>
  anyFile(home, sessionId, (file) => isDealtWith(file, promptId))
)
