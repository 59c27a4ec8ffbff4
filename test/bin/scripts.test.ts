/** Whose code runs when the dependencies are installed. */
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

const checkout = join(import.meta.dirname, "..", "..")
const read = (name: string) => JSON.parse(readFileSync(join(checkout, name), "utf8"))

describe("the install scripts of dependencies", () => {
  it("are decided about one by one, and only the one that fetches Node runs", () => {
    const locked: Readonly<Record<string, { readonly hasInstallScript?: boolean }>> = read("package-lock.json").packages
    const withScript = Object.entries(locked).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript === true ? [path.split("node_modules/").at(-1) ?? ""] : []
    )
    const decided: Readonly<Record<string, boolean>> = read("package.json").allowScripts
    assert.deepStrictEqual([...new Set(withScript)].sort(), Object.keys(decided).sort())
    assert.deepStrictEqual(
      Object.keys(decided).filter((name) => decided[name]),
      ["node"]
    )
  })

  it("that nobody decided about stop npm ci before they run", () => {
    const home = mkdtempSync(join(tmpdir(), "loop-scripts-"))
    try {
      // Nothing of the npm that runs the tests.
      const env = { PATH: process.env["PATH"], HOME: home }
      const npm = (cwd: string, ...args: ReadonlyArray<string>) =>
        spawnSync("npm", args, {
          cwd,
          encoding: "utf8",
          env
        })
      const project = join(home, "project")
      mkdirSync(join(home, "sly"))
      mkdirSync(project)
      const ran = join(home, "ran")
      const sly = { name: "sly", version: "1.0.0", scripts: { postinstall: `touch ${ran}` } }
      writeFileSync(join(home, "sly", "package.json"), JSON.stringify(sly))
      npm(join(home, "sly"), "pack", "--pack-destination", project)
      const dependencies = { sly: "file:sly-1.0.0.tgz" }
      writeFileSync(join(project, "package.json"), JSON.stringify({ name: "p", version: "1.0.0", dependencies }))
      const locking = npm(project, "install", "--package-lock-only", "--offline")
      assert.isTrue(existsSync(join(project, "package-lock.json")), locking.stderr)
      copyFileSync(join(checkout, ".npmrc"), join(project, ".npmrc"))
      const { status, stderr } = npm(project, "ci", "--offline", "--no-audit")
      assert.notStrictEqual(status, 0)
      assert.include(stderr, "sly")
      assert.isFalse(existsSync(ran))
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })
})
