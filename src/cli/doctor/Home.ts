/** The doctor looks at LOOP_HOME: whose it is, and who else can read it. */
import { Effect, FileSystem } from "effect"
import { Settings } from "../../services/Settings.ts"
import { fail, type Finding, ok, warn } from "../../domain/Finding.ts"

/** Readable or writable by others than the owner. */
const openToOthers = (mode: number) => (mode & 0o077) !== 0

export const home = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { paths } = yield* Settings
  const writable = yield* Effect.result(fs.access(paths.home, { readable: true, writable: true }))
  if (writable._tag === "Failure") {
    return fail("home", `${paths.home} cannot be read and written`, `Run: sudo chown -R "$(id -un)" ${paths.home}`)
  }
  const open: Array<string> = []
  for (const path of [paths.home, paths.config, paths.token]) {
    const mode = yield* Effect.orElseSucceed(
      Effect.map(fs.stat(path), (stat) => stat.mode),
      () => 0
    )
    if (openToOthers(mode)) open.push(path)
  }
  const finding: Finding =
    open.length === 0
      ? ok("home", `${paths.home} is yours alone`)
      : warn(
          "home",
          `${open.join(", ")}: other users of this machine have access`,
          `Run: chmod go-rwx ${open.join(" ")}`
        )
  return finding
})
