/**
 * What of a project's file reaches out of the box. It applies once an owner approved exactly that; what it says is written
 * anew here, in one order and without comments, so that the same wish has the same text.
 */
import { Result, Schema } from "effect"
import { PermissionMode, UnattendedPermissions } from "../Channel.ts"
import { faultOf, merged } from "../egress/Policy.ts"
import { NetworkPatch, policyOf } from "../SettingsPatch.ts"
import type { Config } from "./keys.ts"
import { expandHome, isWithin, normalizePath } from "./paths.ts"
import { findingsOf, type Finding } from "./problem.ts"
import { isSecret } from "./redact.ts"
import * as V from "./values.ts"

const optional = Schema.optionalKey
/** No defaults: what is not named stays as the operator has it. */
const Reach = Schema.Struct({
  mounts: optional(Schema.Array(V.MountText)),
  copy_files: optional(V.Texts),
  container_image: optional(Schema.NonEmptyString),
  container_memory_mb: optional(V.AmountOrZero),
  container_cpus: optional(V.AmountOrZero),
  container_pids: optional(V.CountOrZero),
  network: optional(NetworkPatch),
  permission_mode: optional(PermissionMode),
  allowed_tools: optional(V.Texts),
  unattended_permissions: optional(UnattendedPermissions),
  memory: optional(
    Schema.Struct({
      paths: optional(V.Texts),
      max_chunk_chars: optional(V.CountOrDefault),
      embeddings: optional(
        Schema.Struct({
          provider: optional(Schema.String),
          model: optional(Schema.String),
          ollama_url: optional(V.HttpUrl)
        })
      )
    })
  )
})
type Reach = typeof Reach.Type
const decode = Schema.decodeUnknownResult(Reach, { errors: "all", onExcessProperty: "error" })
const encode = Schema.encodeSync(Reach)

export const reachKeys: ReadonlySet<string> = new Set(Object.keys(Reach.fields))

/** What a project asks for; `keys` and `content` are there to be shown. */
export interface Asked {
  readonly keys: ReadonlyArray<string>
  readonly content: string
  /** The configuration as it is once that is approved. */
  readonly applied: (config: Config) => Config
}

const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

const given = (keys: object): boolean => Object.keys(keys).length > 0

const withHome = (reach: Reach, home: string): Reach => ({
  ...reach,
  ...(reach.mounts && {
    mounts: reach.mounts.map((mount) => ({
      ...mount,
      source: mount.volume ? mount.source : normalizePath(expandHome(mount.source, home))
    }))
  }),
  ...(reach.copy_files && { copy_files: reach.copy_files.map((file) => normalizePath(expandHome(file, home))) })
})

/** A path outside of the project is read by Loop itself, so it has to be where the operator lets owners look. */
const readable = (path: string, { mount_roots }: Config): boolean =>
  path.startsWith("!") || mount_roots.some((root) => !root.volume && isWithin(path, root.path))

const apply =
  ({ memory, network, ...plain }: Reach) =>
  (config: Config): Config => ({
    ...config,
    ...plain,
    ...(network && { network: { read_only_public: false, ...merged(config.network, policyOf(network)) } }),
    memory: {
      ...config.memory,
      ...memory,
      embeddings: { ...config.memory.embeddings, ...memory?.embeddings },
      paths: [...config.memory.paths, ...(memory?.paths ?? []).filter((path) => readable(path, config))]
    }
  })

/** `mine`: the keys of the file that reach out. What is broken in them is a finding and left out. */
export const reachOf = (
  mine: Readonly<Record<string, unknown>>,
  home: string
): { readonly asked: Asked | null; readonly findings: ReadonlyArray<Finding> } => {
  const first = decode(mine)
  const findings = Result.isFailure(first) ? findingsOf(first.failure.issue, mine, isSecret) : []
  const broken = new Set(findings.map(({ key }) => key.split(".", 1)[0]!))
  const sound = Object.fromEntries(Object.entries(mine).filter(([name]) => !broken.has(name)))
  if (!given(sound)) return { asked: null, findings }
  const { network, ...rest } = withHome(Result.getOrThrow(decode(sound)), home)
  const fault = network === undefined ? undefined : faultOf(policyOf(network))
  if (fault !== undefined) findings.push({ key: "network", message: fault.replace(/\.$/, "") })
  const reach: Reach = network === undefined || fault !== undefined ? rest : { ...rest, network }
  if (!given(reach)) return { asked: null, findings }
  const content = JSON.stringify(encode(reach), sorted, 2)
  const keys = Object.entries(reach).flatMap(([name, value]) =>
    name === "memory" ? Object.keys(value as object).map((each) => `memory.${each}`) : [name]
  )
  return { asked: { keys, content, applied: apply(reach) }, findings }
}
