/** From a channel's settings to what its agent process is made of, and the hash that tells two such makings apart. */
import { Effect } from "effect"
import { Digest } from "effect/crypto"
import type { Channel } from "../../domain/Channel.ts"
import { forwards, proxyEnv } from "../../domain/egress/Inside.ts"
import type { ProcessId } from "../../domain/Ids.ts"
import { boundIn } from "../../domain/secrets/Binding.ts"
import { TRUST, trustEnv } from "../../domain/secrets/InBox.ts"
import { sshKeysOf } from "../../domain/secrets/Offered.ts"
import { AGENT_SOCKET, agentEnv } from "../../domain/secrets/SshAgent.ts"
import { systemPromptOf } from "../../domain/SystemPrompt.ts"
import type { AgentSpec, SessionChoice } from "../../services/Agent.ts"
import { Sandbox, SandboxError } from "../../services/Sandbox.ts"
import { Secrets } from "../../services/Secrets.ts"
import { Settings, type Effective } from "../../services/Settings.ts"
import * as Reach from "./Reach.ts"

/** How often the engine is asked for an image's fingerprint at most. */
const askEvery = "10 seconds"

/** The part of the settings that a running process cannot change; a difference calls for a new process. */
const fixedPart = (effective: Effective) => ({
  workDir: effective.workDir,
  image: effective.image,
  binary: effective.binary,
  limits: effective.limits,
  forwards: forwards(effective.network),
  env: { ...proxyEnv(effective.network), ...effective.env },
  mounts: effective.mounts,
  copyFiles: effective.copyFiles,
  mcpServers: effective.mcpServers,
  timezone: effective.timezone,
  credential: effective.credential
})

/** A git worktree needs the repository it belongs to, at its own path. */
const worktreeMounts = Effect.fnUntraced(function* (
  settings: Settings["Service"],
  reach: Reach.Reach,
  channel: Channel,
  root: Channel
) {
  if (!isWorktree(settings, channel)) return []
  const { workDir } = yield* settings.forChannel(root, root)
  return [
    {
      source: yield* reach.workDirectory(root, workDir),
      target: workDir,
      readOnly: false,
      volume: false,
      by: "operator" as const
    }
  ]
})

/** A thread whose directory is the one that Loop keeps for it has a worktree there. */
export const isWorktree = (settings: Settings["Service"], channel: Channel): boolean =>
  channel.parent_id !== null && channel.dir_path === settings.paths.work(channel.channel_id)

const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

export interface AgentPlan {
  readonly effective: Effective
  readonly hash: string
  readonly spec: (processId: ProcessId, socketDir: string, session: SessionChoice) => AgentSpec
}

/**
 * Plans a channel's process as its settings are now: `anew` for one that is to be started, which fails when the box's image
 * cannot be had; `known` for comparing, which takes the image as it was when the engine was last asked, since a message
 * must not wait for that; `look` asks.
 */
export const make = Effect.gen(function* () {
  const settings = yield* Settings
  const sandbox = yield* Sandbox
  const secrets = yield* Secrets
  const digest = yield* Digest.Digest
  const reach = yield* Reach.make
  const asking = new Map<string, ReturnType<typeof sandbox.fingerprint>>()
  const told = new Map<string, string>()

  const ask = Effect.fnUntraced(function* (image: string) {
    const asked = asking.get(image) ?? (yield* Effect.cachedWithTTL(sandbox.fingerprint(image), askEvery))
    asking.set(image, asked)
    const made = yield* asked
    told.set(image, made)
    return made
  })

  /** Whom the box trusts besides, where secrets are added to what it sends. */
  const trustMounts = Effect.fnUntraced(function* (channel: Channel, root: Channel) {
    const config = yield* settings.current
    const bound = boundIn(config.secrets, channel.channel_id, root.channel_id)
    if (bound.length === 0) return []
    const source = yield* secrets
      .trust(bound.map(({ host }) => host))
      .pipe(Effect.mapError(({ detail }) => new SandboxError({ reason: "bad_mount", target: TRUST, detail })))
    return [{ source, target: TRUST, readOnly: true, volume: false, by: "operator" as const }]
  })

  const plan = Effect.fn("AgentPlan.of")(function* (
    channel: Channel,
    root: Channel,
    from: "anew" | "known",
    given?: Effective
  ) {
    const own = given ?? (yield* reach.effective(channel, root))
    const home = settings.paths.boxHome(root.channel_id)
    const config = yield* settings.current
    // Without a network there is nobody to log in at.
    const agent = sshKeysOf(config, channel, root).length > 0 && own.network.mode !== "none"
    const sockets = agent ? [AGENT_SOCKET] : []
    const trust = yield* trustMounts(channel, root)
    const mounts = [...own.mounts, ...(yield* worktreeMounts(settings, reach, channel, root)), ...trust]
    const effective = {
      ...own,
      mounts,
      env: { ...(trust.length > 0 && trustEnv()), ...(agent && agentEnv), ...own.env }
    }
    const workReal = from === "anew" ? yield* reach.workDirectory(root, effective.workDir) : undefined
    const fixed = { ...fixedPart(effective), home }
    const known = from === "known" ? told.get(effective.image) : undefined
    const made = known ?? (yield* ask(effective.image))
    const hash = yield* digest.digestHex(Digest.sha256, new TextEncoder().encode(JSON.stringify([made, fixed])))
    const plan: AgentPlan = {
      effective,
      hash,
      spec: (processId, socketDir, session) => ({
        box: {
          processId,
          channelId: channel.channel_id,
          title: channel.dir_path === null && root.dir_path === null ? channel.channel_id : lastPart(effective.workDir),
          image: effective.image,
          env: fixed.env,
          workDir: effective.workDir,
          workReal,
          home: fixed.home,
          socketDir,
          mounts: effective.mounts,
          copyFiles: effective.copyFiles,
          limits: effective.limits,
          forwards: fixed.forwards,
          sockets,
          timezone: effective.timezone,
          configHash: hash
        },
        session,
        binary: effective.binary,
        model: effective.model,
        systemPrompt: systemPromptOf(channel),
        mcpServers: effective.mcpServers,
        credential: effective.credential
      })
    }
    return plan
  })

  return {
    anew: (channel: Channel, root: Channel) => plan(channel, root, "anew"),
    known: (channel: Channel, root: Channel, given?: Effective) => plan(channel, root, "known", given),
    look: Effect.suspend(() => Effect.forEach([...told.keys()], ask, { discard: true }))
  }
})
