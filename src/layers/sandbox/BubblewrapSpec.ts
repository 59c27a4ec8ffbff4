/** From a box's specification to bubblewrap's arguments. Pure. */
import type { BoxSpec, Mount } from "../../services/Sandbox.ts"
import { type BoxUser, userEnv } from "./BoxUser.ts"
import { FORWARDER, forwardsEnv } from "./Forwards.ts"

/** What was found out and prepared for one box. */
export interface BubblewrapFacts {
  readonly user: BoxUser
  /** Groups of mounted sockets. */
  readonly groups: ReadonlyArray<number>
  /** As root nothing is mapped: the box's user is taken after the walls stand. */
  readonly asRoot: boolean
  /** Every mount; of two on one place the later one counts. */
  readonly mounts: ReadonlyArray<Mount>
  /** Links of the host's root, such as `/bin`, by their targets. */
  readonly rootLinks: Readonly<Record<string, string>>
  /** Directories of the host's root that are no links and belong to the system. */
  readonly rootDirectories: ReadonlyArray<string>
  /** Whether the host has a path. */
  readonly exists: (path: string) => boolean
  /** Whether a filter of calls can be read from file descriptor 4. */
  readonly filtered: boolean
  /** Runs the command within limits. */
  readonly limiter: ReadonlyArray<string>
}

/** Programs that come with Loop are bound here. */
export const PROGRAMS = "/opt/loop/bin"

/** Of `/etc` only what programs cannot do without. */
const ETC = [
  "alternatives",
  "ca-certificates",
  "hosts",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "nsswitch.conf",
  "pki",
  "protocols",
  "resolv.conf",
  "services",
  "ssl/certs",
  "ssl/openssl.cnf",
  "terminfo"
]

/**
 * Files of /proc with which root, even without any capability, could reach the host's kernel. The same lists that
 * container engines use: https://github.com/moby/moby/blob/master/daemon/pkg/oci/defaults.go
 */
const PROC_READ_ONLY = ["bus", "fs", "irq", "sys", "sysrq-trigger"]
const PROC_HIDDEN = ["kcore", "keys", "latency_stats", "sched_debug", "timer_list", "timer_stats"]
const PROC_EMPTY = ["acpi", "asound", "scsi"]

const guardedProc = (exists: (path: string) => boolean): ReadonlyArray<string> => {
  const there = (name: string): boolean => exists(`/proc/${name}`)
  return [
    ["--proc", "/proc"],
    ...PROC_READ_ONLY.map((name) => ["--ro-bind-try", `/proc/${name}`, `/proc/${name}`]),
    ...PROC_HIDDEN.map((name) => (there(name) ? ["--ro-bind", "/dev/null", `/proc/${name}`] : [])),
    ...PROC_EMPTY.map((name) => (there(name) ? ["--perms", "0555", "--tmpfs", `/proc/${name}`] : []))
  ].flat()
}

const parents = (file: string): ReadonlyArray<string> => {
  const parts = file.split("/").slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)
}

const depth = (file: string): number => file.split("/").length

/** Binds, outer ones first; directories on the way are made so that any user can pass. */
const binds = (mounts: ReadonlyArray<Mount>): ReadonlyArray<string> => {
  const chosen = [...new Map(mounts.map((mount) => [mount.target, mount])).values()].sort(
    (a, b) => depth(a.target) - depth(b.target)
  )
  const covered = (file: string) =>
    chosen.some(({ target }) => file === target || file.startsWith(target === "/" ? "/" : `${target}/`))
  const ways = [...new Set(chosen.flatMap(({ target }) => parents(target)))].filter((way) => !covered(way))
  return [
    ...ways.sort((a, b) => depth(a) - depth(b)).flatMap((way) => ["--perms", "0755", "--dir", way]),
    ...chosen.flatMap(({ source, target, readOnly }) => [readOnly ? "--ro-bind" : "--bind", source, target])
  ]
}

/** Root serving another user takes that user inside, for which it keeps three rights until then. */
const switchesUser = ({ asRoot, user }: BubblewrapFacts): boolean => asRoot && user.uid !== 0

/** A user namespace knows one user only, so there is none where the user is switched. */
const namespaces = (facts: BubblewrapFacts): ReadonlyArray<string> =>
  switchesUser(facts)
    ? ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try", "--unshare-net"]
    : ["--unshare-all"]

const become = ({ groups, user }: BubblewrapFacts): ReadonlyArray<string> => [
  "/usr/bin/setpriv",
  `--reuid=${user.uid}`,
  `--regid=${user.gid}`,
  groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`,
  "--inh-caps=-all",
  "--ambient-caps=-all",
  "--bounding-set=-all",
  "--no-new-privs"
]

/**
 * Takes the box's variables, each ended by a zero, from file descriptor 5 and becomes the command. They act in every program
 * (`LD_PRELOAD`), so none of ours may have them: neither this machine's nor, inside, what is not the agent's user yet.
 */
const TAKE = 'while IFS= read -r -d "" -u 5 pair; do export "$pair"; done; exec 5<&-; exec "$@"'
const withVariables: ReadonlyArray<string> = ["/bin/bash", "-c", TAKE, "loop"]

/** As `TAKE` reads them. */
export const variables = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}\0`)
    .join("")

export const bubblewrapArguments = (spec: BoxSpec, facts: BubblewrapFacts): ReadonlyArray<string> => [
  ...namespaces(facts),
  "--die-with-parent",
  "--new-session",
  "--cap-drop",
  "ALL",
  ...(switchesUser(facts) ? ["SETUID", "SETGID", "SETPCAP"].flatMap((right) => ["--cap-add", `CAP_${right}`]) : []),
  "--hostname",
  "loop",
  ...["/etc", "/etc/ssl", "/run", "/var", "/opt"].flatMap((way) => ["--perms", "0755", "--dir", way]),
  ...facts.rootDirectories.flatMap((directory) => ["--ro-bind", directory, directory]),
  ...Object.entries(facts.rootLinks).flatMap(([link, to]) => ["--symlink", to, link]),
  ...ETC.flatMap((name) => ["--ro-bind-try", `/etc/${name}`, `/etc/${name}`]),
  ...guardedProc(facts.exists),
  "--dev",
  "/dev",
  ...["/tmp", "/var/tmp"].flatMap((place) => ["--perms", "1777", "--tmpfs", place]),
  ...binds(facts.mounts),
  "--remount-ro",
  "/",
  "--chdir",
  spec.workDir,
  "--json-status-fd",
  "3",
  ...(facts.filtered ? ["--seccomp", "4"] : []),
  "--",
  ...(switchesUser(facts) ? become(facts) : []),
  ...facts.limiter,
  ...withVariables,
  ...(spec.forwards.length === 0 ? [] : ["/bin/bash", `${PROGRAMS}/${FORWARDER}`]),
  ...spec.argv
]

/** The box's whole environment: nothing of the host's comes in. */
export const bubblewrapEnv = (
  spec: BoxSpec,
  user: BoxUser,
  extra: Readonly<Record<string, string>>
): Record<string, string> => ({
  PATH: `${spec.home}/.local/bin:${spec.home}/bin:${PROGRAMS}:/usr/local/bin:/usr/bin:/bin`,
  NPM_CONFIG_PREFIX: `${spec.home}/.local`,
  LANG: "C.UTF-8",
  TZ: spec.timezone,
  DISABLE_AUTOUPDATER: "1",
  ...userEnv(user),
  ...forwardsEnv(spec),
  ...extra,
  ...spec.env,
  HOME: spec.home
})
