/** The real server on a free port, over a real store in memory, and a client that talks to it as the owner. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { ConfigProblem } from "../../src/domain/Config.ts"
import * as AuthorizerLive from "../../src/actors/AuthorizerLive.ts"
import * as BudgetLive from "../../src/actors/budget/BudgetLive.ts"
import * as MemoryLive from "../../src/actors/memory/MemoryLive.ts"
import * as TokenControlLive from "../../src/actors/TokenControlLive.ts"
import * as HttpServer from "../../src/http/Server.ts"
import { checkUps } from "../../src/layers/ChatPlatforms.ts"
import * as DoctorProcess from "../../src/layers/DoctorProcess.ts"
import * as RemotePictures from "../../src/layers/egress/RemotePictures.ts"
import * as Inbox from "../../src/layers/Inbox.ts"
import * as NoteFilesDisk from "../../src/layers/memory/NoteFilesDisk.ts"
import * as Ollama from "../../src/layers/memory/Ollama.ts"
import * as MountGuardDisk from "../../src/layers/mounts/MountGuardDisk.ts"
import * as Outgoing from "../../src/layers/Outgoing.ts"
import * as PackageFiles from "../../src/layers/PackageFiles.ts"
import * as Programs from "../../src/layers/Programs.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import * as TokensFile from "../../src/layers/store/TokensFile.ts"
import * as SqlStore from "../../src/layers/store/index.ts"
import * as WorkFiles from "../../src/layers/WorkFiles.ts"
import { AgentImage } from "../../src/services/AgentImage.ts"
import type { Conversations } from "../../src/services/Conversations.ts"
import { LateConversations } from "../../src/services/LateConversations.ts"
import { LateTaskControl } from "../../src/services/LateTaskControl.ts"
import { Journal } from "../../src/services/Journal.ts"
import { type CredentialNotice, ModelRelay } from "../../src/services/ModelRelay.ts"
import type { Doctor } from "../../src/services/Doctor.ts"
import { NoteFiles } from "../../src/services/NoteFiles.ts"
import type { Pictures } from "../../src/services/Pictures.ts"
import { type PlatformHealth, Platforms } from "../../src/services/Platforms.ts"
import { Settings } from "../../src/services/Settings.ts"
import { Store } from "../../src/services/Store.ts"
import { Tokens } from "../../src/services/Tokens.ts"
import { conversations as live } from "./GateDouble.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown
}

export class Api extends Context.Service<
  Api,
  {
    readonly url: string
    readonly home: string
    readonly token: string
    /** A request as the owner; `json` becomes the body. */
    readonly call: (method: string, path: string, json?: unknown, init?: RequestInit) => Effect.Effect<Answer>
    /** A request as it is given. */
    readonly bare: (path: string, init?: RequestInit) => Effect.Effect<Answer>
  }
>()("loop/test/Api") {}

export const home = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-http-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const client = (path: string) =>
  Layer.effect(
    Api,
    Effect.gen(function* () {
      const { url } = yield* HttpServer.Server
      const token = Redacted.value(yield* Tokens.use((tokens) => tokens.owner))
      const bare = (to: string, init: RequestInit = {}) =>
        Effect.promise(async (): Promise<Answer> => {
          const response = await fetch(url + to, { redirect: "manual", ...init })
          const text = await response.text()
          return { status: response.status, headers: response.headers, text, json: parsed(text) }
        })
      const call = (method: string, to: string, json?: unknown, init: RequestInit = {}) =>
        bare(to, {
          method,
          ...init,
          headers: {
            authorization: `Bearer ${token}`,
            ...(json === undefined ? {} : { "content-type": "application/json" }),
            ...init.headers
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) })
        })
      return Api.of({ url, home: path, token, call, bare })
    })
  )

export interface ApiOptions {
  /** Keys of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly health?: Readonly<Record<string, PlatformHealth>>
  /** What is wrong with the configuration's file since it was edited. */
  readonly problems?: ReadonlyArray<ConfigProblem>
  /** What is wrong with the model's OAuth token. */
  readonly notice?: CredentialNotice
  /** Puts something in front of the real services. */
  readonly journal?: (real: Journal["Service"]) => Journal["Service"]
  readonly store?: (real: Store["Service"]) => Store["Service"]
  readonly notes?: (real: NoteFiles["Service"]) => NoteFiles["Service"]
  readonly conversations?: Layer.Layer<Conversations, never, Conversations>
  readonly doctor?: Layer.Layer<Doctor>
  readonly image?: Layer.Layer<AgentImage>
  readonly pictures?: Layer.Layer<Pictures>
}

const platforms = (health: Readonly<Record<string, PlatformHealth>>) =>
  Layer.unwrap(
    Effect.map(Settings, (settings) =>
      Layer.mock(Platforms, {
        health: Effect.succeed(health),
        examine: Effect.provideService(checkUps, Settings, settings)
      })
    )
  )

/** What the server needs, without the server. */
export const services = (
  path: string,
  {
    config,
    conversations,
    doctor,
    health,
    image,
    journal,
    notes,
    notice,
    pictures,
    problems = [],
    store
  }: ApiOptions = {}
) => {
  const rows = Layer.mergeAll(
    Layer.effect(Journal, Effect.map(Journal, journal ?? ((real) => real))),
    Layer.effect(Store, Effect.map(Store, store ?? ((real) => real)))
  ).pipe(Layer.provideMerge(SqlStore.layer(":memory:")))
  const read = SettingsFile.layerTest(
    { api_addr: "127.0.0.1:0", ...config },
    { HOME: path, LOOP_HOME: join(path, ".loop") }
  )
  const settings = Layer.effect(
    Settings,
    Effect.map(Settings, (real) => Settings.of({ ...real, problems: Effect.succeed(problems) }))
  ).pipe(Layer.provide(read))
  const world = Layer.mergeAll(
    settings,
    TokensFile.layer(join(path, ".loop")),
    Inbox.layer,
    doctor ?? Layer.provide(DoctorProcess.layer, Layer.merge(Programs.layer, settings)),
    Layer.provide(Outgoing.layer, settings),
    Layer.provide(MountGuardDisk.layer, settings),
    PackageFiles.layer,
    Layer.provide(platforms(health ?? { local: { state: "connected", last_event_at: null } }), settings),
    image ?? Layer.mock(AgentImage, { latest: Effect.undefined }),
    pictures ?? RemotePictures.layer,
    rows,
    Layer.effect(NoteFiles, Effect.map(NoteFiles, notes ?? ((real) => real))).pipe(Layer.provide(NoteFilesDisk.layer)),
    Ollama.layer,
    Layer.mock(ModelRelay, { notice: Effect.succeed(notice) }),
    SecureRandom.layerWebCrypto,
    WorkFiles.layer,
    LateConversations.layer,
    LateTaskControl.layer
  )
  const deciding = Layer.merge(TokenControlLive.layer, MemoryLive.layer).pipe(
    Layer.provideMerge(AuthorizerLive.layer),
    Layer.provideMerge(BudgetLive.layer),
    Layer.provideMerge(world)
  )
  return Layer.merge(LateConversations.layerFulfilled, LateTaskControl.layerFulfilled).pipe(
    Layer.provideMerge(conversations ?? Layer.empty),
    Layer.provideMerge(live),
    Layer.provideMerge(deciding)
  )
}

/** Everything, for `layer(…)` with real time: what coalesces text waits on the clock. */
export const layer = (options: ApiOptions = {}) =>
  Layer.unwrap(
    Effect.map(home, (path) =>
      client(path).pipe(Layer.provideMerge(HttpServer.layer), Layer.provideMerge(services(path, options)))
    )
  )
