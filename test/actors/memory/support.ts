/** Memory over real files, a real store and an Ollama that a test scripts. */
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { encodedDirectory } from "../../../src/domain/memory/Places.ts"
import type { Subject } from "../../../src/domain/Subject.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Memory } from "../../../src/services/Memory.ts"
import { Settings } from "../../../src/services/Settings.ts"
import * as Api from "../../support/Api.ts"
import * as OllamaServer from "../../support/OllamaServer.ts"

export const owner: Subject = { kind: "owner" }
export const room = ChannelId.make("local:room")
export const other = ChannelId.make("local:other")

const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

type Keys = Readonly<Record<string, unknown>>

interface More {
  /** Other keys of the configuration. */
  readonly keys?: Keys
  readonly notes?: Api.ApiOptions["notes"]
}

/** Two channels with a project each; `config`: keys of `memory`. */
const make = Effect.fnUntraced(function* (config: Keys, { keys, notes }: More) {
  const home = realpathSync(yield* Api.home)
  const ollama = yield* OllamaServer.make
  const paths = { project: join(home, "site"), foreign: join(home, "shop"), shared: join(home, "notes") }
  for (const path of Object.values(paths)) mkdirSync(path)
  const memory = {
    enabled: true,
    paths: ["./memory", paths.shared],
    embeddings: { provider: "ollama", ollama_url: ollama.url },
    ...config
  }
  const services = Api.services(home, { config: { ...keys, memory }, ...(notes && { notes }) })
  const opened = Effect.gen(function* () {
    const channels = yield* Channels
    yield* channels.upsert({ channel_id: room, platform: "local", name: "room", dir_path: paths.project })
    yield* channels.upsert({ channel_id: other, platform: "local", name: "other", dir_path: paths.foreign })
  })
  return {
    ...paths,
    home,
    ollama,
    services: Layer.provideMerge(Layer.effectDiscard(opened), services),
    /** A note in the project; relative, or absolute. */
    note: (path: string, text: string) => write(path.startsWith("/") ? path : join(paths.project, path), text),
    forget: (path: string) => rmSync(join(paths.project, path), { recursive: true }),
    /** Where the agents of a channel remember. */
    own: Effect.map(Settings, (settings) =>
      join(settings.paths.boxHome(room), ".claude/projects", encodedDirectory(paths.project), "memory")
    )
  }
})

export type World = Effect.Success<ReturnType<typeof make>>

export const world = <A, E>(
  body: (world: World) => Effect.Effect<A, E, Layer.Success<World["services"]>>,
  config: Keys = {},
  more: More = {}
) => Effect.flatMap(make(config, more), (made) => Effect.provide(body(made), made.services))

export const index = (channel = room) => Memory.use((memory) => memory.index(owner, channel))

export const search = (question: string, channel = room, most = 5) =>
  Memory.use((memory) => memory.search(owner, channel, question, most))

/** Texts of what is found, best first. */
export const texts = (question: string, channel = room) =>
  Effect.map(search(question, channel), ({ results }) => results.map(({ content }) => content))

export const refused = <A, E extends { readonly message: string }, R>(asked: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(asked), (error) => error.message)

export const has = (all: ReadonlyArray<string>, expected: ReadonlyArray<string>) =>
  assert.sameMembers([...all], [...expected])
