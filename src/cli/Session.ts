/** `loop session list|open|adopt`: conversations of channels, and those that were held on this machine. */
import { randomUUID } from "node:crypto"
import { isAbsolute, join } from "node:path"
import { Console, Effect, FileSystem, type Layer, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { SessionFiles } from "../services/SessionFiles.ts"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"
import { ask, json, printJson } from "./Ask.ts"
import { Client } from "./Client.ts"
import { failure } from "./Failure.ts"
import { channelOf, channelPlace, hostPlace, told, workDir } from "./session/Places.ts"
import { resume } from "./session/Terminal.ts"
import { progress } from "./Screen.ts"
import { printTable } from "./Table.ts"

export interface Given {
  readonly settings: Layer.Layer<Settings, ConfigInvalid>
  readonly files: Layer.Layer<SessionFiles>
  /** The agent's program as it comes with Loop; undefined where it was left out. */
  readonly packaged: () => string | undefined
}

const Entry = Schema.Struct({
  channel_id: Schema.String,
  name: Schema.String,
  parent_id: Schema.String,
  dir_path: Schema.String,
  session_id: Schema.optionalKey(Schema.String)
})

const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`

const instant = (millis: number): string => new Date(millis).toISOString()

const list = (given: Given) =>
  Command.make(
    "list",
    { json },
    Effect.fnUntraced(function* ({ json }) {
      const { value } = yield* ask("GET /api/channels", Schema.Array(Entry))
      const byId = new Map(value.map((entry) => [entry.channel_id, entry]))
      const found = yield* Effect.forEach(
        value.flatMap((entry) => (entry.session_id === undefined ? [] : [{ ...entry, session_id: entry.session_id }])),
        Effect.fnUntraced(function* (entry) {
          const { channel_id, name, session_id } = entry
          const file = yield* SessionFiles.use((files) =>
            Effect.flatMap(channelPlace(entry), (place) => files.look(place, session_id))
          ).pipe(Effect.mapError(told))
          const directory = yield* workDir(entry, byId.get(entry.parent_id))
          return { channel_id, name, session_id, directory, file }
        })
      ).pipe(Effect.provide([given.settings, given.files]), progress("Looking for the conversations"))
      if (json) {
        return yield* printJson(
          found.map(({ file, ...rest }) => ({
            ...rest,
            ...(file && { size: file.size, changed_at: instant(file.changed_at) })
          }))
        )
      }
      const rows = found.map(({ channel_id, directory, file, name, session_id }) => [
        channel_id,
        name,
        file === undefined ? "not on this machine" : instant(file.changed_at).slice(0, 16).replace("T", " "),
        file === undefined ? "" : size(file.size),
        session_id,
        directory
      ])
      yield* printTable(["CHANNEL", "NAME", "LAST USED", "SIZE", "SESSION", "DIRECTORY"], rows)
    })
  ).pipe(Command.withDescription("Channels that have a conversation, and where it is"))

type Channel = Effect.Success<ReturnType<typeof channelOf>>

const workDirOf = Effect.fnUntraced(function* (channel: Channel) {
  return yield* workDir(channel, channel.parent_id === null ? undefined : yield* channelOf(channel.parent_id))
})

/** As it really is: the agent's program looks for its conversations by that. */
const realWorkDir = Effect.fnUntraced(function* (channel: Channel) {
  const directory = yield* workDirOf(channel)
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.mapError(fs.realPath(directory), () =>
    failure(`${directory} is not on this machine, and the agents of ${channel.channel_id} work there.`)
  )
})

const channelArgument = Argument.String("channel").pipe(Argument.withDescription("The channel's id"))

/** Its path: by a name it would be looked for again from the agents' work directory, where a relative entry means theirs. */
const onPath = Effect.fnUntraced(function* (name: string) {
  const fs = yield* FileSystem.FileSystem
  for (const directory of (process.env["PATH"] ?? "").split(":").filter((entry) => isAbsolute(entry))) {
    const file = join(directory, name)
    if (yield* Effect.orElseSucceed(fs.exists(file), () => false)) return file
  }
  return undefined
})

const unheeded =
  "share_claude_home is true, so agents can write in your ~/.claude: its settings and hooks are left out here. A plain claude heeds them."

const open = (given: Given) =>
  Command.make(
    "open",
    {
      channel: channelArgument,
      fork: Flag.Boolean("fork").pipe(
        Flag.withDescription("Also while a run is at work: from where the conversation stands now"),
        Flag.withDefault(false)
      ),
      program: Flag.String("program").pipe(
        Flag.withDescription("The agent's program; without it claude of your PATH, else the one that came with Loop"),
        Flag.optional
      )
    },
    Effect.fnUntraced(
      function* ({ channel: id, fork, program }) {
        const channel = yield* channelOf(id)
        const { channel_id, session_id } = channel
        if (session_id === null) {
          return yield* failure(`${channel_id} has no conversation yet. Write to it first: loop chat --channel ${id}`)
        }
        if (channel.state === "running" && !fork) {
          return yield* failure(
            `A run is at work in ${channel_id}. Wait for its end, or take the conversation as it stands now with --fork.`
          )
        }
        const directory = yield* realWorkDir(channel)
        const as = randomUUID()
        yield* SessionFiles.use((files) =>
          Effect.gen(function* () {
            const from = { place: yield* channelPlace(channel), session: session_id }
            return yield* files.copy(from, { place: yield* hostPlace, as, workDir: directory })
          })
        ).pipe(Effect.mapError(told), progress("Copying the conversation"))
        yield* Console.error(
          `This is a copy of the conversation of ${channel_id}, on this machine and outside of any box; the channel's own stays as it is.`
        )
        const { share_claude_home } = yield* Effect.flatMap(Settings, ({ current }) => current)
        if (share_claude_home) yield* Console.error(unheeded)
        const named = Option.getOrUndefined(program) ?? (yield* onPath("claude")) ?? given.packaged() ?? "claude"
        yield* resume(named, as, directory, share_claude_home ? "none" : "user")
      },
      Effect.provide([given.settings, given.files])
    )
  ).pipe(Command.withDescription("Go on with a channel's conversation in this terminal, on this machine"))

const adopt = (given: Given) =>
  Command.make(
    "adopt",
    {
      channel: channelArgument,
      session: Argument.String("session-id").pipe(
        Argument.withDescription("Of a conversation in your ~/.claude, as claude --resume lists them")
      ),
      json
    },
    Effect.fnUntraced(
      function* ({ channel: id, json, session }) {
        const channel = yield* channelOf(id)
        const { channel_id } = channel
        if (channel.state === "running") {
          return yield* failure(`A run is at work in ${channel_id}. Stop it, or wait for its end.`)
        }
        const directory = yield* workDirOf(channel)
        const as = randomUUID()
        const { entries, path } = yield* SessionFiles.use((files) =>
          Effect.gen(function* () {
            const to = { place: yield* channelPlace(channel), as, workDir: directory }
            return yield* files.copy({ place: yield* hostPlace, session }, to)
          })
        ).pipe(Effect.mapError(told), progress("Copying the conversation"))
        const fs = yield* FileSystem.FileSystem
        // A run may have begun meanwhile: then the server refuses, and the copy is nobody's.
        yield* Client.use((client) =>
          client.call("PATCH /api/channels/{id}", { path: { id: channel_id }, body: { session_id: as } })
        ).pipe(Effect.tapError(() => Effect.ignore(fs.remove(path))))
        if (json) return yield* printJson({ channel_id, session_id: as, entries })
        yield* Console.log(
          `${channel_id} goes on from conversation ${session} (${entries} entries), as ${as}. Yours stays as it is.`
        )
      },
      Effect.provide([given.settings, given.files])
    )
  ).pipe(Command.withDescription("Give a channel a conversation that was held on this machine"))

export const session = (given: Given) =>
  Command.make("session").pipe(
    Command.withSubcommands([list(given), open(given), adopt(given)]),
    Command.withDescription("Conversations of channels, and those of this machine")
  )
