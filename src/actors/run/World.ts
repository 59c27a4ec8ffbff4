/** The services a run is worked on with, taken once when a channel's actor is built. */
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { Agent } from "../../services/Agent.ts"
import { Agents } from "../../services/Agents.ts"
import { Audit } from "../../services/Audit.ts"
import { Budget } from "../../services/Budget.ts"
import { Channels } from "../../services/Channels.ts"
import { ChatPlatforms } from "../../services/ChatPlatform.ts"
import { Journal } from "../../services/Journal.ts"
import { Messages } from "../../services/Messages.ts"
import { PermissionRules } from "../../services/PermissionRules.ts"
import { Processes } from "../../services/Processes.ts"
import { ProjectAsks } from "../../services/ProjectAsks.ts"
import { Requests } from "../../services/Requests.ts"
import { Runs } from "../../services/Runs.ts"
import { Settings } from "../../services/Settings.ts"
import { Slots } from "../../services/Slots.ts"
import { Store } from "../../services/Store.ts"
import { Tasks } from "../../services/Tasks.ts"
import { ToolHost } from "../../services/ToolHost.ts"
import * as Reach from "../agents/Reach.ts"

export const make = Effect.all({
  agent: Agent,
  agents: Agents,
  audit: Audit,
  budget: Budget,
  channels: Channels,
  chats: ChatPlatforms,
  journal: Journal,
  messages: Messages,
  processes: Processes,
  projects: ProjectAsks,
  reach: Reach.make,
  random: SecureRandom.SecureRandom,
  requests: Requests,
  rules: PermissionRules,
  runs: Runs,
  settings: Settings,
  slots: Slots,
  store: Store,
  tasks: Tasks,
  tools: ToolHost
})

export type World = Effect.Success<typeof make>
