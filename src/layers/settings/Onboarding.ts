/** Makes LOOP_HOME with all that its owner may change in it: what is missing is made, what is there is kept. */
import { NodeFileSystem } from "@effect/platform-node"
import { join } from "node:path"
import { Effect, FileSystem, Result } from "effect"
import { decodeConfig } from "../../domain/Config.ts"
import { exampleConfigOf } from "../../domain/config/example.ts"
import { PackageFiles } from "../../services/PackageFiles.ts"
import * as ContainerFiles from "../sandbox/ContainerFiles.ts"
import { type Env, makeHome, withHomes } from "./LoopHome.ts"
import { install } from "./TemplateFilesDisk.ts"

export interface Wanted {
  /** The platform's id of the first owner. */
  readonly owner: string | undefined
  /** Begin with a new `config.json`; the one that is there is put beside it. */
  readonly force: boolean
}

export interface Onboarded {
  readonly home: string
  readonly config: string
  readonly was: "made" | "kept"
  /** Where the old `config.json` is now. */
  readonly aside: string | undefined
  /** Whether the owner that was asked for is one; also where none was asked for. */
  readonly owned: boolean
}

/** A name beside it that nothing has. */
const freeBeside = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  for (let count = 1; ; count++) {
    const name = `${path}.old${count === 1 ? "" : count}`
    if (!(yield* fs.exists(name))) return name
  }
})

const ownsIn = (text: string, owner: string, env: ReturnType<typeof withHomes>): boolean =>
  Result.match(decodeConfig(text, env, "UTC"), {
    onSuccess: ({ config }) => config.permissions.owners.users.includes(owner),
    onFailure: () => false
  })

/** Fails where the directory cannot be made or written to. */
export const onboard = Effect.fn("Onboarding.onboard")(function* ({ force, owner }: Wanted, env: Env = process.env) {
  const fs = yield* FileSystem.FileSystem
  const { templates } = yield* PackageFiles
  const homes = withHomes(env)
  const config = join(homes.LOOP_HOME, "config.json")
  const there = yield* fs.exists(config)
  const aside = there && force ? yield* freeBeside(config) : undefined
  if (aside !== undefined) {
    yield* fs.chmod(config, 0o600)
    yield* fs.rename(config, aside)
  }
  const kept = there && !force
  if (!kept) {
    yield* fs.makeDirectory(homes.LOOP_HOME, { recursive: true, mode: 0o700 })
    yield* fs.writeFileString(config, exampleConfigOf(owner), { flag: "wx", mode: 0o600 })
  }
  yield* makeHome(homes.LOOP_HOME)
  yield* install(join(homes.LOOP_HOME, "templates"), templates)
  yield* ContainerFiles.sync(join(homes.LOOP_HOME, "container"))
  const owned = owner === undefined || ownsIn(yield* fs.readFileString(config), owner, homes)
  const done: Onboarded = { home: homes.LOOP_HOME, config, was: kept ? "kept" : "made", aside, owned }
  return done
}, Effect.provide(NodeFileSystem.layer))
