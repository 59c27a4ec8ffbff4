/** What the machine, the environment and other keys add to a decoded file, and what can be checked only then. */
import { Result } from "effect"
import * as Authority from "../mounts/Authority.ts"
import { engineSockets } from "../mounts/EngineSockets.ts"
import * as Schedule from "../tasks/Schedule.ts"
import type { Env } from "./decode.ts"
import type { Config, ConfigFile } from "./keys.ts"
import { expandHome, normalizePath } from "./paths.ts"
import type { Finding } from "./problem.ts"
import type { TaskTemplate } from "./parts.ts"
import { secretFaults } from "./secrets.ts"
import { isHttpUrl, isLoopback, isZone, joinAddress, splitAddress } from "./values.ts"

export interface Resolved {
  readonly config: Config
  readonly findings: ReadonlyArray<Finding>
  readonly warnings: ReadonlyArray<string>
}

export const resolve = (file: ConfigFile, env: Env, hostTimezone: string): Resolved => {
  const home = env["HOME"] ?? "/"
  const loopHome = env["LOOP_HOME"] ?? `${home}/.loop`
  const findings: Array<Finding> = []
  const warnings: Array<string> = []
  const find = (key: string, message: string) => findings.push({ key, message })

  const path = (name: "db_path" | "log_file", fallback: string): string => {
    const given = file[name]
    if (given === undefined || given === "") return `${loopHome}/${fallback}`
    const expanded = expandHome(given, home)
    if (!expanded.startsWith("/")) find(name, `"${given}" is not absolute; begin it with / or ~/`)
    return normalizePath(expanded)
  }

  const database = path("db_path", "loop.sqlite")
  const predecessors = database.endsWith("/loop.db")
  if (predecessors)
    warnings.push("db_path names the predecessor's loop.db, which is left alone; loop.sqlite beside it is used")

  const silent = file.anthropic_api_key === "" && file.claude_code_oauth_token === ""
  const { servers, warnings: serverWarnings } = withoutLoop(file.mcp.servers)
  warnings.push(...serverWarnings)
  const provider = file.memory.embeddings.provider
  const known = provider === "" || provider === "ollama"
  if (!known)
    warnings.push(`memory.embeddings.provider "${provider}" is not known, so memory stays off; write "ollama"`)

  const fromEnv = env["ANTHROPIC_BASE_URL"] || "https://api.anthropic.com"
  if (file.anthropic_base_url === undefined && !isHttpUrl(fromEnv)) {
    find("anthropic_base_url", "The environment's ANTHROPIC_BASE_URL is not a URL; set this key or mend the variable")
  }

  const config: Config = {
    ...file,
    api_addr: joinAddress(splitAddress(file.api_addr)!),
    db_path: predecessors ? database.replace(/loop\.db$/, "loop.sqlite") : database,
    log_file: path("log_file", "logs/loop.log"),
    timezone: file.timezone ?? zone(env["TZ"], hostTimezone),
    anthropic_api_key: silent ? (env["ANTHROPIC_API_KEY"] ?? "") : file.anthropic_api_key,
    claude_code_oauth_token: silent ? (env["CLAUDE_CODE_OAUTH_TOKEN"] ?? "") : file.claude_code_oauth_token,
    anthropic_base_url: bare(file.anthropic_base_url ?? fromEnv),
    public_url: bare(file.public_url),
    docker_host: file.docker_host ?? env["DOCKER_HOST"] ?? "",
    max_kept_processes: file.max_kept_processes ?? file.max_concurrent_runs,
    mounts: file.mounts.map((mount) => ({
      ...mount,
      source: mount.volume ? mount.source : normalizePath(expandHome(mount.source, home))
    })),
    mount_roots: file.mount_roots.map((root) => ({
      ...root,
      path: root.volume ? root.path : normalizePath(expandHome(root.path, home))
    })),
    copy_files: file.copy_files.map((each) => expandHome(each, home)),
    mcp: { servers },
    memory: {
      enabled: file.memory.enabled && known,
      paths: file.memory.paths.map((each) => expandMemoryPath(each, home)),
      max_chunk_chars: file.memory.max_chunk_chars > 0 ? file.memory.max_chunk_chars : 5000,
      reindex_interval_sec: file.memory.reindex_interval_sec > 0 ? file.memory.reindex_interval_sec : 300,
      embeddings: file.memory.embeddings
    }
  }

  checkAddress(config, find)
  checkPlatforms(config, find)
  checkMounts(config, home, loopHome, find)
  for (const { index, message } of templateFaults(config.task_templates)) find(`task_templates.${index}`, message)
  for (const { index, message } of secretFaults(config.secrets)) find(`secrets.${index}`, message)
  return { config, findings, warnings }
}

const bare = (url: string) => url.replace(/\/+$/, "")

const zone = (fromEnv: string | undefined, hostTimezone: string): string =>
  [fromEnv?.replace(/^:/, ""), hostTimezone].find((each) => each !== undefined && each !== "" && isZone(each)) ?? "UTC"

/** `!` in front, which leaves a path out, stays. */
export const expandMemoryPath = (path: string, home: string): string =>
  path.startsWith("!") ? `!${expandHome(path.slice(1), home)}` : expandHome(path, home)

/** The name `loop` belongs to Loop's own tools. */
export const withoutLoop = <A>(servers: Readonly<Record<string, A>>) => {
  const { loop, ...others } = servers
  return {
    servers: others as Readonly<Record<string, A>>,
    warnings:
      loop === undefined
        ? []
        : ['mcp.servers: the name "loop" belongs to Loop\'s own tools; this entry does not apply, give it another name']
  }
}

const checkAddress = (config: Config, find: (key: string, message: string) => void) => {
  const { host } = splitAddress(config.api_addr)!
  if (isLoopback(host) || config.api_allow_remote) return
  find("api_addr", `Other machines could reach ${host}; use 127.0.0.1, or set api_allow_remote: true if that is meant`)
}

const checkPlatforms = (config: Config, find: (key: string, message: string) => void) => {
  if (config.platforms.includes("slack")) find("platforms", "slack is not there yet; take it out of the list")
  if (!config.platforms.includes("discord")) return
  for (const name of ["discord_token", "discord_app_id"] as const) {
    if (config[name] === "") find(name, "The platform discord needs this key")
  }
}

/** What is wrong by its name already; where it leads is looked at when a box is made. */
const checkMounts = (config: Config, home: string, loopHome: string, find: (key: string, message: string) => void) => {
  const ground: Authority.Ground = {
    home,
    loopHome,
    engineSockets: engineSockets(config.docker_host, home),
    allowEngineSocket: config.allow_engine_socket,
    shareClaudeHome: config.share_claude_home,
    roots: [],
    others: [],
    writable: []
  }
  const asked = (source: string, readOnly: boolean): Authority.Asked => ({
    source,
    real: normalizePath(source),
    readOnly,
    by: "operator",
    engine: false
  })
  config.mounts.forEach(({ readOnly, source, volume }, index) => {
    const why = volume ? undefined : Authority.refusal(asked(source, readOnly), ground)
    if (why !== undefined) find(`mounts.${index}`, `"${source}" cannot be mounted: ${why}`)
  })
  config.copy_files.forEach((source, index) => {
    if (!source.startsWith("/")) find(`copy_files.${index}`, `"${source}" is not absolute; begin it with / or ~/`)
    const why = Authority.copyRefusal(asked(source, true), ground)
    if (why !== undefined) find(`copy_files.${index}`, `"${source}" cannot be copied: ${why}`)
  })
}

export const templateFaults = (templates: ReadonlyArray<TaskTemplate>) =>
  templates.flatMap(({ name, prompt, prompt_path, schedule, type }, index) => {
    const faults: Array<string> = []
    // Zones move instants and make none.
    const read = Schedule.read({ type, schedule }, "UTC", 0)
    if (Result.isFailure(read)) faults.push(`Template "${name}": ${read.failure.replace(/\.$/, "")}`)
    if (prompt !== undefined && prompt_path !== undefined) {
      faults.push(`Template "${name}": prompt and prompt_path are mutually exclusive; keep one of them`)
    }
    if (prompt === undefined && prompt_path === undefined) {
      faults.push(`Template "${name}": one of prompt and prompt_path is required`)
    }
    if (templates.findIndex((other) => other.name === name) < index) faults.push(`Template "${name}" is there twice`)
    return faults.map((message) => ({ index, message }))
  })
