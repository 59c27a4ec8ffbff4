/** The real store, actors and pool over a scripted engine, without boxes: what a turn costs here, and nothing else. */
import { NodeCrypto } from "@effect/platform-node"
import { Deferred, Effect, Layer, Stream } from "effect"
import { SecureRandom } from "effect/crypto"
import { join } from "node:path"
import * as AgentsLive from "../src/actors/agents/AgentsLive.ts"
import * as AuthorizerLive from "../src/actors/AuthorizerLive.ts"
import * as BudgetLive from "../src/actors/budget/BudgetLive.ts"
import * as ChannelGate from "../src/actors/ChannelGate.ts"
import * as ChannelLive from "../src/actors/ChannelLive.ts"
import * as ClaimsLive from "../src/actors/ClaimsLive.ts"
import * as ConversationsLive from "../src/actors/ConversationsLive.ts"
import * as OutboxWorker from "../src/actors/OutboxWorker.ts"
import * as SlotsLive from "../src/actors/SlotsLive.ts"
import * as TaskControlLive from "../src/actors/tasks/TaskControlLive.ts"
import type { ChannelId } from "../src/domain/Ids.ts"
import * as ChannelFiles from "../src/layers/ChannelFiles.ts"
import * as Cluster from "../src/layers/Cluster.ts"
import * as MountGuardDisk from "../src/layers/mounts/MountGuardDisk.ts"
import * as Outgoing from "../src/layers/Outgoing.ts"
import * as PackageFiles from "../src/layers/PackageFiles.ts"
import * as Platforms from "../src/layers/Platforms.ts"
import * as TemplateFilesDisk from "../src/layers/settings/TemplateFilesDisk.ts"
import * as SecretsLive from "../src/layers/secrets/SecretsLive.ts"
import * as SettingsFile from "../src/layers/SettingsFile.ts"
import * as Store from "../src/layers/store/index.ts"
import { Agent } from "../src/services/Agent.ts"
import { ChatPlatforms } from "../src/services/ChatPlatform.ts"
import { Conversations } from "../src/services/Conversations.ts"
import { Journal } from "../src/services/Journal.ts"
import { Egress } from "../src/services/Egress.ts"
import { ModelRelay } from "../src/services/ModelRelay.ts"
import { Sandbox } from "../src/services/Sandbox.ts"
import { ToolHost } from "../src/services/ToolHost.ts"

const sandbox = Layer.mock(Sandbox, { kind: "docker", fingerprint: Effect.succeed, list: Effect.succeed([]) })

const relay = Layer.mock(ModelRelay, {
  open: (processId) => Effect.succeed({ socketDir: `/run/${processId}`, assign: () => Effect.void }),
  discard: () => Effect.void
})

const egress = Layer.succeed(Egress, { open: () => Effect.void })

const noChat: Layer.Layer<ChatPlatforms> = Layer.succeed(ChatPlatforms, new Map())

/** Everything below `home`; each prompt that the engine was given is told to `written`. */
export const layer = (
  home: string,
  agent: Layer.Layer<Agent>,
  config: Readonly<Record<string, unknown>>,
  written: (prompt: string) => void = () => undefined,
  chat = noChat
) => {
  const watched = Layer.effect(
    Agent,
    Effect.map(Agent, (engine) => ({
      ...engine,
      open: (spec) =>
        Effect.map(engine.open(spec), (running) => ({
          ...running,
          send: (turn) => Effect.tap(running.send(turn), () => Effect.sync(() => written(turn.text)))
        }))
    }))
  ).pipe(Layer.provide(agent))
  const world = Layer.mergeAll(
    Store.layer(join(home, "loop.sqlite")),
    SecureRandom.layerWebCrypto,
    NodeCrypto.layerDigest,
    Layer.provideMerge(Platforms.layer, chat),
    ChannelFiles.layer,
    Layer.provideMerge(TemplateFilesDisk.layer, PackageFiles.layer),
    MountGuardDisk.layer,
    Outgoing.layer,
    SecretsLive.layer,
    Layer.mock(ToolHost, { isOutside: () => false }),
    sandbox,
    relay,
    egress,
    watched
  ).pipe(Layer.provideMerge(SettingsFile.layerTest(config, { HOME: home, LOOP_HOME: join(home, ".loop") })))
  return Layer.mergeAll(ChannelLive.layer, OutboxWorker.layer, ConversationsLive.layer).pipe(
    Layer.provideMerge(TaskControlLive.layer),
    Layer.provideMerge(ChannelGate.layer),
    Layer.provideMerge(Cluster.layer),
    Layer.provideMerge(AgentsLive.layer),
    Layer.provideMerge(SlotsLive.layer),
    Layer.provideMerge(BudgetLive.layer),
    Layer.provideMerge(ClaimsLive.layer),
    Layer.provideMerge(AuthorizerLive.layer),
    Layer.provideMerge(world)
  )
}

export const owner = { kind: "owner", token_id: "bench" } as const

/** Makes channels, each with somebody who watches it, and says things in them; `ended` is the end of the run as they see it. */
export const talk = Effect.gen(function* () {
  const conversations = yield* Conversations
  const journal = yield* Journal
  const scope = yield* Effect.scope
  const waiting = new Map<ChannelId, Deferred.Deferred<number>>()

  const watch = (channel: ChannelId) =>
    journal.subscribe({ channel }).pipe(
      Effect.flatMap(
        Stream.runForEach(({ type }) =>
          Effect.sync(() => {
            const ended = type === "run.ended" ? waiting.get(channel) : undefined
            if (ended === undefined) return
            waiting.delete(channel)
            Deferred.doneUnsafe(ended, Effect.succeed(performance.now()))
          })
        )
      ),
      Effect.scoped,
      Effect.forkIn(scope, { startImmediately: true })
    )

  const create = Effect.fnUntraced(function* (name: string) {
    const { channel_id } = yield* conversations.create(owner, { name, platform: "local" })
    return { channel_id, watcher: yield* watch(channel_id) }
  })

  /** Returns when the message is stored, with the moments of the request and its answer, and the wait for the run's end. */
  const post = Effect.fnUntraced(function* ({ channel_id }: { readonly channel_id: ChannelId }, content: string) {
    const ended = Deferred.makeUnsafe<number>()
    waiting.set(channel_id, ended)
    const at = performance.now()
    yield* conversations.post(owner, { channel_id, content })
    return { at, accepted: performance.now(), ended: Deferred.await(ended) }
  })
  return { conversations, create, post }
})
