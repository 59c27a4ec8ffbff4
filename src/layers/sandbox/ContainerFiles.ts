/**
 * The files the image is built from: shipped with the program, kept in LOOP_HOME/container, yours to change. What you
 * changed stays; a newer one of ours is put beside it as `*.new` and said once.
 */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"

/** Every shipped file, in the order of the build. */
const NAMES = [
  "Dockerfile",
  "packages.sh",
  "programs.sh",
  "entrypoint.sh",
  "watchdog.sh",
  "forward.sh",
  "setup.sh"
] as const

/** Remembers what was shipped last, by hash: a file that still has it was not changed by its owner. */
const MANIFEST = ".shipped.json"

export interface ContainerFile {
  readonly name: string
  readonly content: Buffer
}

const hash = (content: Buffer): string => createHash("sha256").update(content).digest("hex")

/** `container/` of this installation, from the sources and from the bundle. */
export const shippedDirectory = (from: string = import.meta.dirname): string => {
  const here = path.join(from, "container")
  if (existsSync(path.join(here, "Dockerfile"))) return here
  const parent = path.dirname(from)
  return parent === from ? here : shippedDirectory(parent)
}

const readIfThere = (file: string): Promise<Buffer | undefined> => fs.readFile(file).catch(() => undefined)

const readManifest = async (file: string): Promise<Readonly<Record<string, string>>> => {
  const text = await readIfThere(file)
  try {
    return text === undefined ? {} : (JSON.parse(text.toString("utf8")) as Record<string, string>)
  } catch {
    return {}
  }
}

const write = (file: string, content: Buffer): Promise<void> =>
  fs.writeFile(file, content, { mode: file.endsWith(".sh") ? 0o755 : 0o644 })

interface Synced {
  readonly files: ReadonlyArray<ContainerFile>
  /** Changed by the owner while ours changed too. */
  readonly conflicts: ReadonlyArray<string>
}

const syncPromise = async (shipped: string, home: string): Promise<Synced> => {
  await fs.mkdir(home, { recursive: true, mode: 0o700 })
  const manifestFile = path.join(home, MANIFEST)
  const before = await readManifest(manifestFile)
  const after: Record<string, string> = {}
  const files: Array<ContainerFile> = []
  const conflicts: Array<string> = []
  for (const name of NAMES) {
    const ours = await fs.readFile(path.join(shipped, name))
    const theirs = await readIfThere(path.join(home, name))
    const untouched = theirs === undefined || hash(theirs) === before[name] || theirs.equals(ours)
    const news = before[name] !== hash(ours)
    if (untouched && !(theirs?.equals(ours) ?? false)) await write(path.join(home, name), ours)
    if (!untouched && news) {
      await write(path.join(home, `${name}.new`), ours)
      conflicts.push(name)
    }
    after[name] = hash(ours)
    files.push({ name, content: untouched ? ours : theirs })
  }
  if (NAMES.some((name) => before[name] !== after[name])) await fs.writeFile(manifestFile, JSON.stringify(after))
  return { files, conflicts }
}

/** Brings `home` up to date and reads what the image is to be built from. */
export const sync = Effect.fn("ContainerFiles.sync")(function* (home: string, shipped: string = shippedDirectory()) {
  const synced = yield* Effect.promise(() => syncPromise(shipped, home))
  for (const name of synced.conflicts) {
    yield* Effect.logWarning("A newer file for the image was put beside yours").pipe(
      Effect.annotateLogs({ file: path.join(home, name), newer: path.join(home, `${name}.new`) })
    )
  }
  return synced.files
})
