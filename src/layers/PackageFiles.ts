/** `PackageFiles` from the package's own directory, found upwards from this file: beside the sources and the bundle. */
import { Effect, Layer } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
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

/** Read once, at start; a package without them is broken, which is a defect. */
export const layer = Layer.effect(
  PackageFiles,
  Effect.sync(() => {
    const readme = join(root, "README.md")
    const names = readdirSync(join(root, "web")).filter((name) => !name.startsWith("."))
    const templates = readdirSync(join(root, "templates")).filter((name) => name.endsWith(".md"))
    return PackageFiles.of({
      version: versionIn(readFileSync(join(root, "package.json"), "utf8")),
      readme: existsSync(readme) ? readFileSync(readme, "utf8") : "",
      web: new Map(names.map((name) => [name, readFileSync(join(root, "web", name))])),
      templates: new Map(templates.map((name) => [name, readFileSync(join(root, "templates", name), "utf8")]))
    })
  })
)
