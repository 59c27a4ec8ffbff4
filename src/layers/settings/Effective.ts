/** What applies to one channel: the global configuration, what of its project's applies, and its own settings. */
import { createHash } from "node:crypto"
import { type Config, expandHome, mergeProject, normalizePath } from "../../domain/Config.ts"
import type { Channel } from "../../domain/Channel.ts"
import { type ConfiguredMount, splitMount } from "../../domain/config/values.ts"
import { merged as mergedNetwork } from "../../domain/egress/Policy.ts"
import { memoryOf } from "../../domain/memory/Settings.ts"
import type { AskedMount } from "../../services/MountGuard.ts"
import type { Effective, LoopPaths, ProjectReach } from "../../services/Settings.ts"
import type { Env } from "./LoopHome.ts"

export const workDirOf = (paths: LoopPaths, channel: Channel, root: Channel): string =>
  channel.dir_path ?? root.dir_path ?? paths.work(root.channel_id)

/** What was read of the project's file. `directory`: without links; of a worktree that of its channel. */
export interface ProjectText {
  readonly text?: string
  readonly warning?: string
  readonly directory?: string
}

/** A worktree's file is the project's: an approval for its channel's directory holds in it. */
export const isWorktree = (paths: LoopPaths, { channel_id, dir_path, parent_id }: Channel): boolean =>
  parent_id !== null && dir_path === paths.work(channel_id)

/** Whose row says what was approved. */
export const approvedIn = (paths: LoopPaths, channel: Channel, root: Channel): Channel =>
  channel.dir_path === null || isWorktree(paths, channel) ? root : channel

const readProject = (
  global: Config,
  paths: LoopPaths,
  env: Env,
  channel: Channel,
  root: Channel,
  { directory = workDirOf(paths, channel, root), text }: ProjectText
) => {
  if (text === undefined) return { config: global, warnings: [], project: null }
  const { asked, config, warnings } = mergeProject(global, text, workDirOf(paths, channel, root), env)
  if (asked === null) return { config, warnings, project: null }
  const { content, keys } = asked
  const hash = createHash("sha256").update(`${directory}\0${content}`).digest("hex")
  const place = approvedIn(paths, channel, root)
  const approved = place.approved_project === hash
  const project: ProjectReach = { place: place.channel_id, hash, directory, keys, content, approved }
  return { config: approved ? asked.applied(config) : config, warnings, project }
}

/** What the operator lists is the operator's, whoever repeats it. */
const withAuthority = (global: Config, mount: ConfiguredMount): AskedMount => {
  const listed = global.mounts.some(
    ({ readOnly, source, volume }) =>
      source === mount.source && volume === mount.volume && (!readOnly || mount.readOnly)
  )
  return { ...mount, by: listed ? "operator" : "owner" }
}

/** In place of the one in the channel's own home. */
const sharedClaudeHome = (home: string): AskedMount => ({
  source: `${home}/.claude`,
  target: "~/.claude",
  readOnly: false,
  volume: false,
  by: "operator"
})

/** A channel's own; what is none was refused when it was set. */
const ownMounts = (texts: ReadonlyArray<string>, home: string): ReadonlyArray<AskedMount> =>
  texts.flatMap((text) => {
    const mount = splitMount(text)
    if (typeof mount === "string") return []
    const source = mount.volume ? mount.source : normalizePath(expandHome(mount.source, home))
    return [{ ...mount, source, by: "owner" }]
  })

export const effectiveFor = (
  global: Config,
  paths: LoopPaths,
  env: Env,
  channel: Channel,
  root: Channel,
  project: ProjectText
): Effective => {
  const workDir = workDirOf(paths, channel, root)
  const merged = readProject(global, paths, env, channel, root, project)
  const { config } = merged
  // A thread goes by its channel's settings where it has none of its own.
  const settings = { ...root.settings, ...channel.settings }
  const own = channel.channel_id === root.channel_id ? undefined : channel.settings.network
  // Names of places in the box: `~` is the box's home, not the host's.
  const inBox = (text: string) => expandHome(text, paths.boxHome(root.channel_id))
  const hostHome = `${env["HOME"] ?? ""}/`
  const homeToHome = (path: string) =>
    hostHome !== "/" && path.startsWith(hostHome) ? inBox(`~/${path.slice(hostHome.length)}`) : path
  const values = (variables: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, inBox(value)]))

  return {
    workDir,
    image: config.container_image,
    binary: config.claude_bin_path,
    model: settings.claude_model ?? config.claude_model,
    limits: { memoryMb: config.container_memory_mb, cpus: config.container_cpus, pids: config.container_pids },
    network: mergedNetwork(config.network, root.settings.network, own),
    busy: settings.busy ?? config.busy,
    permissionMode: settings.permission_mode ?? config.permission_mode,
    allowedTools: settings.allowed_tools ?? config.allowed_tools,
    unattendedPermissions: settings.unattended_permissions ?? config.unattended_permissions,
    approvalTimeoutSec: config.approval_timeout_sec,
    timeoutSec: settings.container_timeout_sec ?? config.container_timeout_sec,
    repeatedCallLimit: config.repeated_call_limit,
    keepAliveSec: config.container_keep_alive_sec,
    threadWorkdir: settings.thread_workdir ?? config.thread_workdir,
    streaming: config.streaming_enabled,
    env: values(config.envs),
    mounts: [
      ...config.mounts.map((mount) => withAuthority(global, mount)),
      ...ownMounts(settings.mounts ?? [], env["HOME"] ?? "/"),
      ...(global.share_claude_home ? [sharedClaudeHome(env["HOME"] ?? "/")] : [])
    ].map(({ by, readOnly, source, target, volume }) => ({ source, target: inBox(target), readOnly, volume, by })),
    copyFiles: config.copy_files.map((source) => ({
      source,
      target: homeToHome(source),
      by: global.copy_files.includes(source) ? "operator" : "owner"
    })),
    project: merged.project,
    mcpServers: Object.fromEntries(
      Object.entries(config.mcp.servers).map(([name, server]) => [name, { ...server, env: values(server.env) }])
    ),
    timezone: config.timezone,
    templates: config.task_templates.map((template) => ({
      ...template,
      project: !global.task_templates.includes(template)
    })),
    credential: config.claude_code_oauth_token === "" ? "api_key" : "oauth",
    memory: memoryOf(global, config, workDir),
    warnings: [...(project.warning === undefined ? [] : [project.warning]), ...merged.warnings]
  }
}
