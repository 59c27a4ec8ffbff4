/** `PackageFiles` from the package's own directory, found upwards from this file: beside the sources and the bundle. */
import { Effect, Layer } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { PackageFiles } from "../services/PackageFiles.ts"

const packageRoot = (from: string): string => {
  const above = dirname(from)
  return existsSync(join(from, "package.json")) || above === from ? from : packageRoot(above)
}

const versionIn = (json: string): string => {
  const value: unknown = JSON.parse(json)
  return typeof value === "object" && value !== null && "version" in value ? String(value.version) : "unknown"
}

const root = packageRoot(dirname(fileURLToPath(import.meta.url)))

/** The command `loop` by its absolute path, links resolved. */
export const launcher = join(root, "bin", "loop")

/** Empty where it was not built: whoever works on the server alone does without it. */
const page = (directory: string): ReadonlyMap<string, Uint8Array> => {
  if (!existsSync(directory)) return new Map()
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map(({ name, parentPath }) => join(parentPath, name))
  return new Map(paths.map((path) => [relative(directory, path), readFileSync(path)]))
}

/** Read once, at start; a package without them is broken, which is a defect. */
export const layer = Layer.effect(
  PackageFiles,
  Effect.sync(() => {
    const readme = join(root, "README.md")
    const templates = readdirSync(join(root, "templates")).filter((name) => name.endsWith(".md"))
    return PackageFiles.of({
      version: versionIn(readFileSync(join(root, "package.json"), "utf8")),
      readme: existsSync(readme) ? readFileSync(readme, "utf8") : "",
      web: page(join(root, "dist", "web")),
      templates: new Map(templates.map((name) => [name, readFileSync(join(root, "templates", name), "utf8")]))
    })
  })
)
