/**
 * Builds the page into `dist/web`, with each file compressed beside it (`.br`, `.gz`), so that the server compresses
 * nothing. `--if-changed`: only where a source is newer than what is there. The old page stays until the new one is whole.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"

const target = path.resolve("dist/web")
const sources = ["web", "package-lock.json", "src/http/openapi.generated.ts", "scripts/build-web.ts"]

const newest = (file: string): number => {
  const stat = fs.statSync(file)
  return stat.isDirectory()
    ? Math.max(stat.mtimeMs, ...fs.readdirSync(file).map((name) => newest(path.join(file, name))))
    : stat.mtimeMs
}

const isCurrent = () => {
  const built = path.join(target, "index.html")
  return fs.existsSync(built) && fs.statSync(built).mtimeMs > Math.max(...sources.map(newest))
}

const compress = async (file: string) => {
  const bytes = await fs.promises.readFile(file)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
  await fs.promises.writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, quality))
  await fs.promises.writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }))
}

/** Of two that build at once, the last one stays. */
const make = async () => {
  // Whoever builds (a test runner names "test" here), the page is the one that people get.
  process.env.NODE_ENV = "production"
  const { build } = await import("vite")
  const fresh = `${target}.${process.pid}`
  await build({ configFile: path.resolve("web/vite.config.ts"), logLevel: "warn", build: { outDir: fresh } })
  const inventory = path.join(fresh, "sbom")
  fs.mkdirSync("dist/sbom", { recursive: true })
  fs.renameSync(path.join(inventory, "page.json"), "dist/sbom/page.json")
  fs.rmSync(inventory, { recursive: true })
  const files = fs.readdirSync(fresh, { recursive: true, encoding: "utf8" }).map((name) => path.join(fresh, name))
  await Promise.all(files.filter((file) => /\.(js|css|html|svg|webmanifest)$/.test(file)).map(compress))
  fs.rmSync(`${target}.old`, { recursive: true, force: true })
  if (fs.existsSync(target)) fs.renameSync(target, `${target}.old`)
  fs.renameSync(fresh, target)
  fs.rmSync(`${target}.old`, { recursive: true, force: true })
}

if (!process.argv.includes("--if-changed") || !isCurrent()) await make()
