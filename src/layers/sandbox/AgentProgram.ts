/** Where the agent's own program is: the unmodified CLI of the npm package for this machine. */
import { createRequire } from "node:module"
import { readFileSync, statSync } from "node:fs"
import * as path from "node:path"

export interface Program {
  readonly file: string
  /** Changes whenever the program does. */
  readonly version: string
  readonly size: number
}

const resolvePackage = (name: string): string | undefined => {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`)
  } catch {
    return undefined
  }
}

const find = (packageName: string, file: string): Program | undefined => {
  const manifest = resolvePackage(packageName)
  if (manifest === undefined) return undefined
  const binary = path.join(path.dirname(manifest), file)
  const stat = statSync(binary, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }
  return { file: binary, version, size: stat.size }
}

/** Undefined where optional dependencies were left out. */
export const claude = (): Program | undefined => find(`@anthropic-ai/claude-code-linux-${process.arch}`, "claude")

/** The Node of a checkout, which saves the image's build a download; it must be the version that programs.sh names. */
export const node = (version: string): Program | undefined => {
  const found = process.platform === "linux" ? find("node", "bin/node") : undefined
  return found?.version === version ? found : undefined
}
