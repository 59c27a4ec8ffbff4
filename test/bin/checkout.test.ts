import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

const checkout = join(import.meta.dirname, "..", "..")

describe("a checkout's commands", () => {
  let home: string

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "loop-checkout-"))
    cpSync(join(checkout, "bin"), join(home, "bin"), { recursive: true })
  })

  afterEach(() => rmSync(home, { recursive: true, force: true }))

  const write = (path: string, value: unknown): string => {
    const file = join(home, path)
    mkdirSync(join(file, ".."), { recursive: true })
    writeFileSync(file, JSON.stringify(value))
    return file
  }

  const node = (script: string, ...args: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [join(home, "bin/lib", script), ...args], { encoding: "utf8" })

  describe("installing dependencies", () => {
    const locked = {
      "": { name: "loop" },
      "node_modules/effect": { version: "4.1.0", integrity: "sha512-e" },
      "node_modules/native-here": { version: "1.0.0", optional: true, os: [process.platform], cpu: [process.arch] },
      "node_modules/native-elsewhere": { version: "1.0.0", optional: true, os: ["aix"], cpu: ["ppc64"] },
      "node_modules/accelerator": { version: "1.0.0", optional: true }
    }
    const installed = {
      "node_modules/effect": locked["node_modules/effect"],
      "node_modules/native-here": locked["node_modules/native-here"]
    }

    const isNeeded = (present?: object): boolean => {
      write("package-lock.json", { packages: locked })
      if (present) write("node_modules/.package-lock.json", { packages: present })
      return node("dependencies.cjs").status !== 0
    }

    it("is needed when nothing is installed", () => {
      assert.isTrue(isNeeded())
    })

    it("is not needed when everything that this platform wants is there", () => {
      assert.isFalse(isNeeded(installed))
    })

    it("is needed when the lock names another version", () => {
      assert.isTrue(isNeeded({ ...installed, "node_modules/effect": { version: "4.0.0", integrity: "sha512-e" } }))
    })

    it("is needed when the lock names other contents", () => {
      assert.isTrue(isNeeded({ ...installed, "node_modules/effect": { version: "4.1.0", integrity: "sha512-x" } }))
    })

    it("is needed when the lock names one more", () => {
      assert.isTrue(isNeeded({ "node_modules/native-here": installed["node_modules/native-here"] }))
    })

    it("is needed when the native code of this platform was left out, as npm does on an old Node", () => {
      assert.isTrue(isNeeded({ "node_modules/effect": installed["node_modules/effect"] }))
    })
  })

  describe("the last line of the CI run", () => {
    const file = (status: string, ...tests: ReadonlyArray<string>) => ({
      status,
      assertionResults: tests.map((outcome) => ({ status: outcome }))
    })
    const lastLine = (report: unknown) => {
      const { status, stdout } = node("summary.cjs", write("report.json", report))
      return { status, stdout }
    }

    it("counts what passed", () => {
      const report = { numPassedTests: 2, numFailedTests: 0, testResults: [file("passed", "passed", "passed")] }
      assert.deepEqual(lastLine(report), { status: 0, stdout: "2 passed, 0 failed\n" })
    })

    it("counts what failed, and fails", () => {
      const report = { numPassedTests: 1, numFailedTests: 1, testResults: [file("failed", "passed", "failed")] }
      assert.deepEqual(lastLine(report), { status: 1, stdout: "1 passed, 1 failed\n" })
    })

    it("counts a file that could not be loaded as a failure", () => {
      const report = { numPassedTests: 1, numFailedTests: 0, testResults: [file("passed", "passed"), file("failed")] }
      assert.deepEqual(lastLine(report), { status: 1, stdout: "1 passed, 1 failed\n" })
    })

    it("fails when nothing ran", () => {
      const nothing = { numPassedTests: 0, numFailedTests: 0, testResults: [] }
      assert.deepEqual(lastLine(nothing), { status: 1, stdout: "0 passed, 0 failed\n" })
      assert.deepEqual(node("summary.cjs", join(home, "missing.json")).stdout, "0 passed, 0 failed\n")
    })
  })
})
