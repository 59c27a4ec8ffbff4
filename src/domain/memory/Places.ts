/** Which files and directories are a channel's memory, and which everybody's. Pure: nothing here looks at a disk. */
import { isWithin, normalizePath } from "../config/paths.ts"

/** `operator`: the global configuration; `project`: inside of the project; `owner`: outside of it, approved by an owner. */
export interface ConfiguredPath {
  /** `!` in front leaves it out. */
  readonly path: string
  readonly by: "operator" | "project" | "owner"
}

/** Absolute paths. */
export interface Place {
  readonly path: string
  readonly by: "agent" | "operator" | "project" | "owner"
}

export interface Places {
  /** In the order in which they are searched for files. */
  readonly places: ReadonlyArray<Place>
  readonly excluded: ReadonlyArray<string>
}

const isExclusion = ({ path }: ConfiguredPath) => path.startsWith("!")
const bare = ({ path }: ConfiguredPath) => (path.startsWith("!") ? path.slice(1) : path)
const isAbsolute = (each: ConfiguredPath) => bare(each).startsWith("/")

const longestName = 200

/**
 * The name under which the CLI keeps what belongs to a directory (read in the program, 2.x): everything but letters and
 * digits of ASCII becomes `-`, and a long name ends in a hash of the path.
 */
export const encodedDirectory = (path: string): string => {
  const name = path.replaceAll(/[^a-zA-Z0-9]/g, "-")
  if (name.length <= longestName) return name
  let hash = 0
  for (let index = 0; index < path.length; index++) hash = ((hash << 5) - hash + path.charCodeAt(index)) | 0
  return `${name.slice(0, longestName)}-${Math.abs(hash).toString(36)}`
}

/** What the agents of a channel remember by themselves; a thread with a directory of its own knows its channel's, too. */
const ownMemory = (claude: string, directories: ReadonlyArray<string>): ReadonlyArray<Place> =>
  [...new Set(directories)].map((directory) => ({
    path: `${claude}/projects/${encodedDirectory(directory)}/memory`,
    by: "agent"
  }))

/**
 * The places of one channel. `claude`: where its agents' `.claude` is; `workDir`: where they work, `rootDir`: where those of
 * its channel do. A relative path of the operator that leads out of the project names nothing.
 */
export const ofChannel = (
  paths: ReadonlyArray<ConfiguredPath>,
  { claude, rootDir, workDir }: { readonly claude: string; readonly workDir: string; readonly rootDir: string }
): Places => {
  const within = (path: string) => normalizePath(path.startsWith("/") ? path : `${workDir}/${path}`)
  const included = paths.filter((each) => !isExclusion(each) && !(each.by === "operator" && isAbsolute(each)))
  const named = included
    .map(({ by, path }): Place => ({ path: within(path), by: by === "operator" ? "project" : by }))
    .filter(({ by, path }) => by === "owner" || isWithin(path, workDir))
  return {
    places: [...ownMemory(claude, [workDir, rootDir]), ...named],
    excluded: paths.filter(isExclusion).map((each) => within(bare(each)))
  }
}

/** What the operator gives to every channel: the absolute paths. */
export const ofEverybody = (paths: ReadonlyArray<ConfiguredPath>): Places => {
  const mine = paths.filter((each) => each.by === "operator" && isAbsolute(each))
  return {
    places: mine
      .filter((each) => !isExclusion(each))
      .map(({ path }) => ({ path: normalizePath(path), by: "operator" })),
    excluded: mine.filter(isExclusion).map((each) => normalizePath(bare(each)))
  }
}
