/** Work directories that the predecessor made: `<channel>/work` there, `channels/<channel>/work` here. */
import { readdir, rename, rm } from "node:fs/promises"
import { type ChannelId, pathSegment } from "../../domain/Ids.ts"
import { plural } from "../../domain/predecessor/Report.ts"
import { copyTree, type Tree } from "./CopyTree.ts"
import { at, ensured, type Folder, insideIfThere, root } from "./Folder.ts"

const partial = ".work.partial"

const isEmpty = async (folder: Folder): Promise<boolean> => (await readdir(at(folder, "."))).length === 0

/** The predecessor's, open; undefined where there is none with anything in it. */
export const find = async (from: string, native: string): Promise<Folder | undefined> => {
  await using top = await root(from)
  await using channel = await insideIfThere(top, native)
  const work = channel === undefined ? undefined : await insideIfThere(channel, "work")
  if (work === undefined) return undefined
  if (!(await isEmpty(work))) return work
  await work.handle.close()
  return undefined
}

/** Whether there is one here already with something in it. */
export const isHere = async (loopHome: string, id: ChannelId): Promise<boolean> => {
  await using loop = await root(loopHome).catch(() => undefined)
  if (loop === undefined) return false
  await using channels = await insideIfThere(loop, "channels")
  if (channels === undefined) return false
  await using channel = await insideIfThere(channels, pathSegment(id))
  if (channel === undefined) return false
  await using work = await insideIfThere(channel, "work")
  return work !== undefined && !(await isEmpty(work))
}

/** Copied beside its place and put there when it is whole, so that one that is there is a whole one. */
export const copy = async (work: Folder, loopHome: string, id: ChannelId): Promise<Tree> => {
  await using loop = await root(loopHome)
  await using channels = await ensured(loop, "channels")
  await using channel = await ensured(channels, pathSegment(id))
  await rm(at(channel, partial).toString(), { recursive: true, force: true })
  await using target = await ensured(channel, partial)
  const tree = await copyTree(work, target)
  await rename(at(channel, partial), at(channel, "work"))
  return tree
}

export const look = (work: Folder): Promise<Tree> => copyTree(work)

const mostShown = 3

export const told = ({ bytes, files, left, links }: Tree): string => {
  const size = bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / 1024 / 1024)} MiB`
  const parts = [`${plural(files, "file")}, ${size}`]
  if (links > 0) parts.push(`${plural(links, "link")} as ${links === 1 ? "a link" : "links"}`)
  if (left.length > 0) {
    const more = left.length > mostShown ? `, and ${left.length - mostShown} more` : ""
    parts.push(`without ${left.slice(0, mostShown).join(", ")}${more}`)
  }
  return parts.join("; ")
}
