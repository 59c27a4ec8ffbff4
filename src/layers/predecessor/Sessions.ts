/**
 * Conversations of the engine: one file each, in a directory for each working directory it was used in
 * (`.claude/projects/<directory>/<session>.jsonl`). The predecessor's agents could write there, so no link is followed.
 */
import { lchown, readdir, rename, rm } from "node:fs/promises"
import { pathSegment, type ChannelId } from "../../domain/Ids.ts"
import { copyFile } from "./CopyTree.ts"
import { codeOf } from "./Failed.ts"
import { at, ensured, type Folder, inside, isThere, root } from "./Folder.ts"

interface Place {
  /** A `.claude`. */
  readonly claude: string
  readonly project: Buffer
}

/** By the session's id. */
export type Sessions = ReadonlyMap<string, Place>

const fileName = /^([0-9a-f-]{36})\.jsonl$/

const unlessMissing = (cause: unknown): undefined => {
  if (!["ENOENT", "ENOTDIR", "ELOOP"].includes(codeOf(cause))) throw cause
}

/** Everything that is there; of two with the same id the first. */
export const find = async (claudes: ReadonlyArray<string>): Promise<Sessions> => {
  const found = new Map<string, Place>()
  for (const claude of claudes) {
    await using top = await root(claude).catch(unlessMissing)
    if (top === undefined) continue
    await using projects = await inside(top, "projects").catch(unlessMissing)
    if (projects === undefined) continue
    for (const project of await readdir(at(projects, "."), { encoding: "buffer" })) {
      await using directory = await inside(projects, project).catch(unlessMissing)
      for (const name of directory === undefined ? [] : await readdir(at(directory, "."))) {
        const id = fileName.exec(name)?.[1]
        if (id !== undefined && !found.has(id)) found.set(id, { claude, project })
      }
    }
  }
  return found
}

/** How the engine names the directory of a working directory. */
const projectOf = (workDir: string): string => workDir.replaceAll(/[^A-Za-z0-9]/g, "-").slice(0, 200)

/** What we make as root in a home that is somebody else's has to be theirs. */
const give = async (path: Buffer, home: Folder) => {
  const { gid, uid } = await home.handle.stat()
  if (process.getuid?.() === 0) await lchown(path, uid, gid)
}

/** Into the home that the boxes of a channel and its threads have. True where it is there already. */
export const copy = async (
  { claude, project }: Place,
  id: string,
  to: { readonly loopHome: string; readonly root: ChannelId; readonly workDir: string }
): Promise<boolean> => {
  await using top = await root(claude)
  await using projects = await inside(top, "projects")
  await using source = await inside(projects, project)

  await using loop = await root(to.loopHome)
  await using channels = await ensured(loop, "channels")
  await using channel = await ensured(channels, pathSegment(to.root))
  await using home = await ensured(channel, "home")
  await using dotClaude = await ensured(home, ".claude")
  await using all = await ensured(dotClaude, "projects")
  await using target = await ensured(all, projectOf(to.workDir))
  await give(at(home, ".claude"), home)
  await give(at(dotClaude, "projects"), home)
  await give(at(all, projectOf(to.workDir)), home)

  const name = `${id}.jsonl`
  if (await isThere(target, name)) return true
  const partial = at(target, `${name}.partial`)
  await rm(partial, { force: true })
  if (!(await copyFile(at(source, name), partial, 0o600))) throw new Error("it is no file")
  await give(partial, home)
  await rename(partial, at(target, name))
  return false
}
