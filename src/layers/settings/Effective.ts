/** What applies to one channel: the global configuration, what of its project's applies, and its own settings. */
import { type Config, expandHome, mergeProject } from "../../domain/Config.ts"
import type { Channel } from "../../domain/Channel.ts"
import { merged as mergedNetwork } from "../../domain/egress/Policy.ts"
import type { Effective, LoopPaths } from "../../services/Settings.ts"
import type { Env } from "./LoopHome.ts"

export const workDirOf = (paths: LoopPaths, channel: Channel, root: Channel): string =>
  channel.dir_path ?? root.dir_path ?? paths.work(root.channel_id)

export const effectiveFor = (
  global: Config,
  paths: LoopPaths,
  env: Env,
  channel: Channel,
  root: Channel,
  project: { readonly text?: string; readonly warning?: string }
): Effective => {
  const workDir = workDirOf(paths, channel, root)
  const merged =
    project.text === undefined ? { config: global, warnings: [] } : mergeProject(global, project.text, workDir, env)
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
    approvalTimeoutSec: config.approval_timeout_sec,
    timeoutSec: settings.container_timeout_sec ?? config.container_timeout_sec,
    keepAliveSec: config.container_keep_alive_sec,
    threadWorkdir: settings.thread_workdir ?? config.thread_workdir,
    streaming: config.streaming_enabled,
    env: values(config.envs),
    mounts: config.mounts.map((mount) => ({ ...mount, target: inBox(mount.target) })),
    copyFiles: config.copy_files.map((source) => ({ source, target: homeToHome(source) })),
    mcpServers: Object.fromEntries(
      Object.entries(config.mcp.servers).map(([name, server]) => [name, { ...server, env: values(server.env) }])
    ),
    timezone: config.timezone,
    templates: config.task_templates.map((template) => ({
      ...template,
      project: !global.task_templates.includes(template)
    })),
    credential: config.claude_code_oauth_token === "" ? "api_key" : "oauth",
    warnings: [...(project.warning === undefined ? [] : [project.warning]), ...merged.warnings]
  }
}
