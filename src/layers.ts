/** The list of layers: how the world is, for what the program needs from it. */
import { NodeCrypto } from "@effect/platform-node"
import { Layer, Logger } from "effect"
import { SecureRandom } from "effect/crypto"
import * as AgentsLive from "./actors/agents/AgentsLive.ts"
import * as AuthorizerLive from "./actors/AuthorizerLive.ts"
import * as BudgetLive from "./actors/budget/BudgetLive.ts"
import * as ChannelGate from "./actors/ChannelGate.ts"
import * as ChannelLive from "./actors/ChannelLive.ts"
import * as ClaimsLive from "./actors/ClaimsLive.ts"
import * as ConfigAudit from "./actors/ConfigAudit.ts"
import * as ConversationsLive from "./actors/ConversationsLive.ts"
import * as Indexer from "./actors/memory/Indexer.ts"
import * as MemoryLive from "./actors/memory/MemoryLive.ts"
import * as Notices from "./actors/Notices.ts"
import * as OutboxWorker from "./actors/OutboxWorker.ts"
import * as Scheduler from "./actors/Scheduler.ts"
import * as SlotsLive from "./actors/SlotsLive.ts"
import * as Sweep from "./actors/Sweep.ts"
import * as TaskControlLive from "./actors/tasks/TaskControlLive.ts"
import * as TokenControlLive from "./actors/TokenControlLive.ts"
import type { ServeOptions } from "./cli/Serve.ts"
import * as Server from "./http/Server.ts"
import * as ChannelFiles from "./layers/ChannelFiles.ts"
import * as ChatPlatforms from "./layers/ChatPlatforms.ts"
import * as ClaudeCode from "./layers/claude/ClaudeCode.ts"
import * as Cluster from "./layers/Cluster.ts"
import * as DoctorProcess from "./layers/DoctorProcess.ts"
import * as EgressProxy from "./layers/egress/EgressProxy.ts"
import * as RemotePictures from "./layers/egress/RemotePictures.ts"
import * as Demo from "./layers/demo/Demo.ts"
import * as HomeLock from "./layers/HomeLock.ts"
import * as Inbox from "./layers/Inbox.ts"
import * as MountGuardDisk from "./layers/mounts/MountGuardDisk.ts"
import * as LogRotation from "./layers/LogRotation.ts"
import * as NoteFilesDisk from "./layers/memory/NoteFilesDisk.ts"
import * as Ollama from "./layers/memory/Ollama.ts"
import * as Logging from "./layers/Logging.ts"
import * as ModelRelay from "./layers/ModelRelay.ts"
import * as Outgoing from "./layers/Outgoing.ts"
import * as PackageFiles from "./layers/PackageFiles.ts"
import * as Platforms from "./layers/Platforms.ts"
import * as Programs from "./layers/Programs.ts"
import * as AgentImageDocker from "./layers/sandbox/AgentImageDocker.ts"
import * as Engine from "./layers/sandbox/Engine.ts"
import * as SandboxAsIs from "./layers/sandbox/SandboxAsIs.ts"
import * as SandboxAuto from "./layers/sandbox/SandboxAuto.ts"
import * as TemplateFilesDisk from "./layers/settings/TemplateFilesDisk.ts"
import * as MaskingLive from "./layers/secrets/MaskingLive.ts"
import * as SecretsLive from "./layers/secrets/SecretsLive.ts"
import * as SettingsFile from "./layers/SettingsFile.ts"
import * as Store from "./layers/store/index.ts"
import * as TokensFile from "./layers/store/TokensFile.ts"
import * as WorkFiles from "./layers/WorkFiles.ts"
import * as ToolsInBand from "./mcp/InBand.ts"
import * as Presenter from "./platforms/Presenter.ts"
import * as ChatEvents from "./platforms/Events.ts"
import * as ChatHandlers from "./platforms/Handlers.ts"
import { LateConversations } from "./services/LateConversations.ts"
import { LateTaskControl } from "./services/LateTaskControl.ts"
import { Settings } from "./services/Settings.ts"

export const relay = ModelRelay.layer

export const embedder = Ollama.layer

export const agentImage = Layer.provide(AgentImageDocker.layer, Engine.layer)

export const sandbox = SandboxAuto.layer.pipe(Layer.provideMerge(AgentImageDocker.layer), Layer.provide(Engine.layer))

/** For looking only: chooses nothing for good. */
export const sandboxAsIs = SandboxAsIs.layer.pipe(Layer.provide(AgentImageDocker.layer), Layer.provide(Engine.layer))

const store = Layer.unwrap(Settings.useSync(({ paths }) => Store.layer(paths.database)))

const tokens = Layer.unwrap(Settings.useSync(({ paths }) => TokensFile.layer(paths.home)))

/** The router, and what it routes to, for the face that hears from it. */
const platforms = Layer.provideMerge(Platforms.layer, ChatPlatforms.layer)

/** What the program needs from the world. */
const world = Layer.mergeAll(
  Layer.provide(ClaudeCode.layer, sandbox),
  sandbox,
  relay,
  Layer.merge(EgressProxy.layer, MaskingLive.elsewhere).pipe(Layer.provideMerge(SecretsLive.layer)),
  Layer.provide(DoctorProcess.layer, Programs.layer),
  store,
  tokens,
  ChannelFiles.layer,
  RemotePictures.layer,
  Inbox.layer,
  MountGuardDisk.layer,
  NoteFilesDisk.layer,
  embedder,
  Outgoing.layer,
  WorkFiles.layer,
  Layer.provideMerge(TemplateFilesDisk.layer, PackageFiles.layer),
  platforms,
  SecureRandom.layerWebCrypto,
  // At once: the other one goes by way of a thread for each hash.
  NodeCrypto.layerDigest
)

/** Those who decide. */
const actors = Layer.mergeAll(
  ChannelLive.layer,
  ConfigAudit.layer,
  Indexer.layer,
  Notices.layer,
  OutboxWorker.layer,
  Scheduler.layer,
  Sweep.layer,
  LateConversations.layerFulfilled,
  LateTaskControl.layerFulfilled
).pipe(
  Layer.provideMerge(ConversationsLive.layer),
  Layer.provideMerge(TaskControlLive.layer),
  Layer.provideMerge(ChannelGate.layer),
  Layer.provideMerge(Cluster.layer),
  Layer.provideMerge(AgentsLive.layer),
  Layer.provideMerge(SlotsLive.layer),
  Layer.provideMerge(BudgetLive.layer),
  Layer.provideMerge(ToolsInBand.layer),
  Layer.provideMerge(MemoryLive.layer),
  Layer.provideMerge(Layer.merge(LateConversations.layer, LateTaskControl.layer)),
  Layer.provideMerge(ClaimsLive.layer),
  Layer.provideMerge(TokenControlLive.layer),
  Layer.provideMerge(AuthorizerLive.layer)
)

/** What happens on chat platforms, heard and dealt with; what runs do, shown there. */
const chat = Layer.merge(Layer.provide(ChatEvents.layer, ChatHandlers.layer), Presenter.layer)

/** The server's log, as the configuration says at the start; made first, so that what is said of the configuration is in it. */
const logging = Logging.layer.pipe(
  Layer.provide(SettingsFile.layerOnce()),
  // The configuration's own warnings are given by the reading that follows.
  Layer.provide(Logger.layer([]))
)

/** Everything `loop serve` is made of. */
export const server = ({ demo }: ServeOptions) => {
  const file = SettingsFile.layer()
  const settings = demo ? Layer.provide(Demo.layer, file) : file
  return Layer.merge(Server.layer, chat).pipe(
    Layer.provideMerge(actors),
    Layer.provideMerge(world),
    // Before anything that reads or writes in LOOP_HOME, or takes over its boxes.
    Layer.provideMerge(Layer.provideMerge(LogRotation.layer, HomeLock.layer)),
    Layer.provideMerge(settings),
    Layer.provideMerge(logging)
  )
}
export { checkUps } from "./layers/ChatPlatforms.ts"
export { endTurns } from "./actors/EndTurns.ts"
