/** What a project's own `.loop/config.json` may say: only what acts inside the box. The rest waits for an owner. */
import { Result, Schema } from "effect"
import type { Env } from "./decode.ts"
import { type Config, ConfigFile } from "./keys.ts"
import { parseText } from "./parse.ts"
import { isWithin } from "./paths.ts"
import { findingsOf, unknownKey } from "./problem.ts"
import { isSecret } from "./redact.ts"
import { reachKeys, reachOf, type Asked } from "./projectReach.ts"
import { expandMemoryPath, templateFaults, withoutLoop } from "./resolve.ts"

/** The part of the configuration that a project may change. */
export type InBox = Pick<Config, "mcp" | "envs" | "claude_model" | "claude_bin_path" | "task_templates" | "memory">

const { mcp, envs, claude_model, claude_bin_path, task_templates } = ConfigFile.fields
const ProjectFile = Schema.Struct({
  mcp,
  envs,
  claude_model,
  claude_bin_path,
  task_templates,
  memory: Schema.optionalKey(Schema.Struct({ paths: Schema.optionalKey(Schema.Array(Schema.String)) }))
})
const decode = Schema.decodeUnknownResult(ProjectFile, { errors: "all", onExcessProperty: "error" })

const inside = new Set(Object.keys(ProjectFile.fields))
const known = [...Object.keys(ConfigFile.fields), "platform"]

export interface Merged {
  readonly config: Config
  readonly warnings: ReadonlyArray<string>
  /** What reaches out of the box and waits for an owner, or was approved by one. */
  readonly asked: Asked | null
}

/**
 * Merges the project's file over the global configuration. Never fails: what is broken does not apply and is named in
 * a warning. `dir` is the project's directory.
 */
export const mergeProject = (global: Config, text: string, dir: string, env: Env): Merged => {
  const file = `${dir}/.loop/config.json`
  const parsed = parseText(text)
  if (Result.isFailure(parsed)) {
    const { message, line } = parsed.failure[0]!
    return {
      config: global,
      warnings: [`${file}${line === null ? "" : `:${line}`}: ${message}. Nothing of it applies`],
      asked: null
    }
  }
  const { data, place } = parsed.success
  const warnings: Array<string> = []
  const warn = (key: string, message: string) => {
    const { line } = place({ key, message })
    warnings.push(`${file}${line === null ? "" : `:${line}`}: ${key}: ${message}`)
  }

  const { mine, outside } = sortOut(data, warn)
  const first = decode(mine)
  const findings = Result.isFailure(first) ? findingsOf(first.failure.issue, mine, isSecret) : []
  for (const { key, message } of findings) warn(key, `${message}. This key does not apply`)
  const broken = new Set(findings.map(({ key }) => key.split(".", 1)[0]!))
  const given = Object.fromEntries(Object.entries(mine).filter(([name]) => !broken.has(name)))
  const project = Result.getOrThrow(decode(given))

  const own = withoutLoop(project.mcp.servers)
  warnings.push(...own.warnings.map((each) => `${file}: ${each}`))
  const faults = templateFaults(project.task_templates)
  for (const { index, message } of faults) warn(`task_templates.${index}`, `${message}. It does not apply`)
  const faulty = new Set(faults.map(({ index }) => index))
  const templates = project.task_templates.filter((_, index) => !faulty.has(index))
  const paths = (project.memory?.paths ?? []).map((path) => expandMemoryPath(path, env["HOME"] ?? "/"))
  const reached = paths.filter((path) => !isInside(path, dir))
  const memory = { ...outside["memory"], ...(reached.length > 0 && { paths: reached }) }
  const reaching = { ...outside, ...(Object.keys(memory).length > 0 && { memory }) }
  const reach = reachOf(reaching, env["HOME"] ?? "/")
  for (const { key, message } of reach.findings) warn(key, `${message}. This key does not apply`)

  const config: Config = {
    ...global,
    mcp: { servers: { ...global.mcp.servers, ...own.servers } },
    envs: { ...global.envs, ...project.envs },
    claude_model: project.claude_model === "" ? global.claude_model : project.claude_model,
    claude_bin_path: "claude_bin_path" in given ? project.claude_bin_path : global.claude_bin_path,
    task_templates: [
      ...global.task_templates.map((old) => templates.find(({ name }) => name === old.name) ?? old),
      ...templates.filter(({ name }) => !global.task_templates.some((old) => old.name === name))
    ],
    memory: { ...global.memory, paths: [...global.memory.paths, ...paths.filter((path) => isInside(path, dir))] }
  }
  return { config, warnings, asked: reach.asked }
}

const never = "This belongs to the operator's own configuration and never applies in a project's file"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Keys that act inside the box, keys that reach out of it, and a warning for each other one. */
const sortOut = (data: Readonly<Record<string, unknown>>, warn: (key: string, message: string) => void) => {
  const mine: Record<string, unknown> = {}
  const outside: Record<string, unknown> & { memory?: Record<string, unknown> } = {}
  for (const [name, value] of Object.entries(data)) {
    if (name === "memory" && isObject(value)) {
      const { enabled, paths, reindex_interval_sec, ...others } = value
      for (const [key, set] of Object.entries({ enabled, reindex_interval_sec })) {
        if (set !== undefined) warn(`memory.${key}`, never)
      }
      if (Object.keys(others).length > 0) outside.memory = others
      if (paths !== undefined) mine[name] = { paths }
    } else if (inside.has(name)) mine[name] = value
    else if (reachKeys.has(name)) outside[name] = value
    else warn(name, known.includes(name) ? never : unknownKey(name, known))
  }
  return { mine, outside }
}

const isInside = (path: string, dir: string): boolean => {
  const plain = path.replace(/^!/, "")
  return isWithin(plain.startsWith("/") ? plain : `${dir}/${plain}`, dir)
}
