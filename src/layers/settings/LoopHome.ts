/** Where Loop keeps its things, and making that place. */
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { Effect, FileSystem } from "effect"
import { type Config, expandHome } from "../../domain/Config.ts"
import { exampleConfig } from "../../domain/config/example.ts"
import { pathSegment } from "../../domain/Ids.ts"
import type { LoopPaths } from "../../services/Settings.ts"

export type Env = Readonly<Record<string, string | undefined>>

/** The environment with `HOME` and an absolute `LOOP_HOME` in it. */
export const withHomes = (env: Env) => {
  const home = env["HOME"] || homedir()
  return { ...env, HOME: home, LOOP_HOME: resolve(expandHome(env["LOOP_HOME"] || join(home, ".loop"), home)) }
}

/** `env`: as `withHomes` gives it. */
export const loopPaths = (env: ReturnType<typeof withHomes>, config: Pick<Config, "db_path">): LoopPaths => {
  const home = env.LOOP_HOME
  return {
    userHome: env.HOME,
    home,
    config: join(home, "config.json"),
    database: config.db_path,
    token: join(home, "token"),
    container: join(home, "container"),
    templates: join(home, "templates"),
    logs: join(home, "logs"),
    run: join(home, "run"),
    work: (channel) => join(home, "channels", pathSegment(channel), "work"),
    boxHome: (root) => join(home, "channels", pathSegment(root), "home"),
    socketDir: (process) => join(home, "run", process)
  }
}

/** A socket's path ends at about 100 bytes; `/run/<8>/model.sock` is ours. */
export const longestHome = 100 - "/run/00000000/model.sock".length

/** Makes the directories (0700) and, when there is none, a commented `config.json` (0600). True when it was made. */
export const makeHome = Effect.fnUntraced(function* (home: string) {
  const fs = yield* FileSystem.FileSystem
  for (const directory of ["", "container", "templates", "logs", "run", "channels"]) {
    yield* fs.makeDirectory(join(home, directory), { recursive: true, mode: 0o700 })
  }
  const config = join(home, "config.json")
  if (yield* fs.exists(config)) return false
  yield* fs.writeFileString(config, exampleConfig, { flag: "wx", mode: 0o600 })
  return true
})
