/** From a box's specification to what the engine is asked for. Pure. */
import type Docker from "dockerode"
import { MODEL_SOCKET } from "../../domain/egress/Inside.ts"
import type { BoxSpec, Mount, Transport } from "../../services/Sandbox.ts"
import { type BoxUser, userEnv } from "./BoxUser.ts"
import { relayUser } from "./ExecRelay.ts"
import { forwardsEnv, socketNames, SOCKETS } from "./Forwards.ts"
import type { EngineInfo } from "./Engine.ts"

export const LABEL = {
  install: "loop.install",
  channel: "loop.channel",
  process: "loop.process",
  config: "loop.config",
  /** Of a box whose sockets are carried by `exec`: their names. */
  sockets: "loop.sockets"
} as const

/** What was found out and prepared for one box. */
export interface BoxFacts {
  readonly installId: string
  readonly user: BoxUser
  readonly engine: EngineInfo
  /** Where the work directory really is, without links. */
  readonly workDir: string
  /** Copies and generated files, each at its path inside. */
  readonly files: ReadonlyArray<Mount>
  readonly excludes: string | undefined
  readonly excludesEnv: Readonly<Record<string, string>>
  /** Groups of mounted sockets. */
  readonly groups: ReadonlyArray<number>
  /** Seconds without a model's socket after which a box ends itself. */
  readonly orphanSec: number
  /** How the box reaches the supervisor's sockets. */
  readonly transport: Transport
}

/** `loop-<title>-<6 hex>`: the title in lower case, other characters as one dash, at most 40 characters. */
export const containerName = (title: string, processId: string): string => {
  const base = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, 40)
    .replace(/-$/, "")
  return `loop-${base === "" ? "box" : base}-${processId.slice(0, 6)}`
}

const bind = (source: string, target: string, readOnly: boolean): Mount => ({ source, target, readOnly, volume: false })

/** Of several mounts on one place the later one counts. */
const lastOfEach = (mounts: ReadonlyArray<Mount>): ReadonlyArray<Mount> => [
  ...new Map(mounts.map((mount) => [mount.target, mount])).values()
]

/** All mounts of a box; a copied file gives way to a configured mount of the same place, everything to the box's own. */
export const boxMounts = (
  spec: BoxSpec,
  facts: Pick<BoxFacts, "files" | "excludes" | "transport" | "workDir">
): ReadonlyArray<Mount> => {
  const mounts = lastOfEach([
    ...facts.files,
    ...(facts.excludes === undefined ? [] : [bind(facts.excludes, facts.excludes, true)]),
    ...spec.mounts,
    bind(spec.home, spec.home, false),
    bind(facts.workDir, spec.workDir, false),
    bind(spec.socketDir, SOCKETS, true)
  ])
  return facts.transport === "socket" ? mounts : mounts.filter(({ target }) => target !== SOCKETS)
}

const engineMount = (mount: Mount) => ({
  Type: mount.volume ? ("volume" as const) : ("bind" as const),
  Source: mount.source,
  Target: mount.target,
  ReadOnly: mount.readOnly
})

/** Later ones win: what the specification says stands above what follows from the box. */
export const boxEnv = (
  spec: BoxSpec,
  user: BoxUser,
  extra: Readonly<Record<string, string>>
): Readonly<Record<string, string>> => ({
  TZ: spec.timezone,
  ...userEnv(user),
  ...extra,
  ...spec.env,
  HOME: spec.home
})

const TMPFS = "rw,exec,nosuid,nodev,mode=1777"

/** The place of the sockets that a relay makes: nobody else can write there. */
const relayPlace = (agent: BoxUser): Readonly<Record<string, string>> => {
  const { gid, uid } = relayUser(agent)
  return { [SOCKETS]: `rw,noexec,nosuid,nodev,size=1m,mode=0755,uid=${uid},gid=${gid}` }
}

const MIB = 1024 * 1024

const limits = ({ memoryMb, cpus, pids }: BoxSpec["limits"]): Docker.HostConfig => ({
  // No swap beside it. 0 is no limit in all three.
  ...(memoryMb === 0 ? {} : { Memory: Math.round(memoryMb * MIB), MemorySwap: Math.round(memoryMb * MIB) }),
  ...(cpus === 0 ? {} : { CpuPeriod: 100_000, CpuQuota: Math.round(cpus * 100_000) }),
  ...(pids === 0 ? {} : { PidsLimit: pids })
})

/** What the programs beside the agent go by. */
const boxFacts = (spec: BoxSpec, { orphanSec, transport }: BoxFacts): Readonly<Record<string, string>> => ({
  LOOP_ORPHAN_SEC: String(orphanSec),
  ...(transport === "socket" ? {} : { LOOP_AWAIT: `${SOCKETS}/${MODEL_SOCKET}` }),
  ...forwardsEnv(spec)
})

export const createOptions = (spec: BoxSpec, facts: BoxFacts): Docker.ContainerCreateOptions => ({
  name: containerName(spec.title, spec.processId),
  Image: spec.image,
  Cmd: [...spec.argv],
  Env: Object.entries(boxEnv(spec, facts.user, { ...boxFacts(spec, facts), ...facts.excludesEnv })).map(
    ([key, value]) => `${key}=${value}`
  ),
  WorkingDir: spec.workDir,
  User: `${facts.user.uid}:${facts.user.gid}`,
  Hostname: "loop",
  OpenStdin: true,
  // The input stays open when a supervisor goes, so that the next one can write on.
  StdinOnce: false,
  AttachStdin: true,
  AttachStdout: true,
  AttachStderr: true,
  Tty: false,
  Labels: {
    [LABEL.install]: facts.installId,
    [LABEL.channel]: spec.channelId,
    [LABEL.process]: spec.processId,
    [LABEL.config]: spec.configHash,
    ...(facts.transport === "socket" ? {} : { [LABEL.sockets]: socketNames(spec).join(" ") })
  },
  HostConfig: {
    Init: true,
    AutoRemove: false,
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges", ...(facts.engine.selinux ? ["label=disable"] : [])],
    ReadonlyRootfs: true,
    // The box's user has to be the work's owner on the host.
    ...(facts.engine.remapsUsers ? { UsernsMode: "host" } : {}),
    Tmpfs: {
      "/tmp": TMPFS,
      "/var/tmp": TMPFS,
      ...(facts.transport === "socket" ? {} : relayPlace(facts.user))
    },
    Mounts: boxMounts(spec, facts).map(engineMount),
    GroupAdd: facts.groups.map(String),
    NetworkMode: "none",
    LogConfig: { Type: "json-file", Config: { "max-size": "64m", "max-file": "3" } },
    Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
    ...limits(spec.limits)
  }
})
