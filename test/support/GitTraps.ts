/**
 * A repository in which everything is planted by which git runs a program: whoever runs git there without care leaves a
 * mark. An agent can write all of it in its own work directory.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Hooks that reading commands, checkouts and worktrees run. */
const hooks = [
  "post-checkout",
  "post-index-change",
  "reference-transaction",
  "pre-commit",
  "post-commit",
  "pre-auto-gc"
]

/** Each key of the configuration, and what its program has to do for git to be content. */
const programs = {
  "core.fsmonitor": "false",
  "core.sshCommand": "false",
  "core.pager": "cat",
  "core.editor": "true",
  "core.gitProxy": "false",
  "core.askPass": "true",
  "filter.trap.clean": "cat",
  "filter.trap.smudge": "cat",
  "diff.external": "true",
  "diff.trap.textconv": "cat <",
  "merge.trap.driver": "true",
  "gpg.program": "false",
  "uploadpack.packObjectsHook": "false",
  "credential.helper": "true"
} as const

/** Where git finds the repository: in `.git`, by a file of that name which leads elsewhere, or in the directory itself. */
export type Form = "directory" | "file" | "bare"

/** `mark`: what is made, with `-<trap>` behind it and, in `at`, the name of the machine where the program ran. */
export const plant = (repository: string, mark: string, form: Form = "directory"): void => {
  const git = (...args: ReadonlyArray<string>) =>
    execFileSync("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
      stdio: "pipe"
    })
  const own = join(repository, { directory: ".git", file: "elsewhere", bare: "" }[form])
  const leave = (trap: string): string => `touch ${mark}-${trap}-$(hostname)`
  git("init", "-q", "-b", "main", ...{ directory: [], file: ["--separate-git-dir", own], bare: ["--bare"] }[form])
  writeFileSync(join(repository, "tracked"), "one\n")
  if (form !== "bare") {
    git("add", "tracked")
    git("commit", "-qm", "first")
  }
  writeFileSync(join(repository, "tracked"), "two\n")

  writeFileSync(join(repository, ".gitattributes"), "* filter=trap diff=trap merge=trap\n")
  writeFileSync(join(own, "info", "attributes"), "* filter=trap diff=trap merge=trap\n")
  for (const at of [join(own, "hooks"), join(repository, ".githooks")]) {
    mkdirSync(at, { recursive: true })
    for (const hook of hooks) {
      const file = join(at, hook)
      writeFileSync(file, `#!/bin/sh\n${leave(`hook-${hook}`)}\n`)
      chmodSync(file, 0o755)
    }
  }
  // By an include, which is a file of the work directory.
  const included = join(repository, "included.config")
  git("config", "include.path", included)
  for (const [key, then] of Object.entries(programs)) {
    const command = `${leave(key)}; ${then}`
    execFileSync("git", ["config", "--file", included, key, key === "credential.helper" ? `!${command}` : command])
  }
  execFileSync("git", ["config", "--file", included, "core.hooksPath", ".githooks"])
  execFileSync("git", ["config", "--file", included, "alias.diff", `!${leave("alias")}`])
  execFileSync("git", ["config", "--file", included, "log.showSignature", "true"])
}
