/** An installation made of the sources as they are now: `bin/loop` beside a bundle of its own, so that no older one is measured. */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { directory } from "./support.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Gives the path of its `bin/loop`. */
export const install = Effect.map(directory, (path) => {
  const rolldown = join(root, "node_modules", ".bin", "rolldown")
  execFileSync(rolldown, ["-c", "rolldown.config.js", "--dir", join(path, "dist")], { cwd: root, stdio: "ignore" })
  cpSync(join(root, "dist", "web"), join(path, "dist", "web"), { recursive: true })
  mkdirSync(join(path, "bin"))
  cpSync(join(root, "bin"), join(path, "bin"), { recursive: true })
  for (const name of ["container", "templates", "package.json", "README.md", "node_modules"]) {
    symlinkSync(join(root, name), join(path, name))
  }
  return join(path, "bin", "loop")
})
