/**
 * The program as it is shipped, bundled from the sources as they are: it starts in a third of the time. Not in `dist`,
 * which others may be rebuilding. Made once for each state of the sources.
 */
import { Effect } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { promisify } from "node:util"

const inputs = ["src", "package.json", "package-lock.json", "rolldown.config.js"]

/** Inside the checkout, because the program looks for its own files above itself. */
const place = path.resolve("node_modules/.cache/loop-test")

const changedAt = (file: string): number =>
  fs.statSync(file).isDirectory()
    ? Math.max(...fs.readdirSync(file).map((name) => changedAt(path.join(file, name))), fs.statSync(file).mtimeMs)
    : fs.statSync(file).mtimeMs

/** Others may be running one of a moment ago. */
const forgetOld = () => {
  for (const name of fs.existsSync(place) ? fs.readdirSync(place) : []) {
    const old = path.join(place, name)
    if (Date.now() - fs.statSync(old).mtimeMs > 3_600_000) fs.rmSync(old, { recursive: true, force: true })
  }
}

const build = async (directory: string) => {
  forgetOld()
  const fresh = `${directory}.${process.pid}`
  const rolldown = path.resolve("node_modules/rolldown/bin/cli.mjs")
  const options = ["--config", path.resolve("rolldown.config.js"), "--dir", fresh, "--log-level", "warn"]
  await promisify(execFile)(process.execPath, [rolldown, ...options])
  // Of two that build at once, the first one stays.
  await fs.promises.rename(fresh, directory).catch(() => fs.rmSync(fresh, { recursive: true, force: true }))
}

/** The path of its entry. */
export const ready = Effect.promise(async () => {
  const directory = path.join(place, String(Math.max(...inputs.map(changedAt))))
  if (!fs.existsSync(directory)) await build(directory)
  return path.join(directory, "loop.js")
})
