/** Files that one box alone has: copies of the host's, and its table of users. */
import { Effect } from "effect"
import { readdir } from "node:fs/promises"
import * as path from "node:path"
import type { BoxSpec, Mount } from "../../services/Sandbox.ts"
import * as BoxFiles from "./BoxFiles.ts"
import { type BoxUser, group, passwd } from "./BoxUser.ts"
import { isSeed, seed } from "./Seeds.ts"

const mount = (source: string, target: string, readOnly: boolean): Mount => ({
  source,
  target,
  readOnly,
  volume: false
})

const SUFFIX = ".files"

/** Where they are, below LOOP_HOME's `run`. */
export const directoryOf = (run: string, processId: string): string => path.join(run, `${processId}${SUFFIX}`)

/** The processes that have some. */
export const owners = (run: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(() => readdir(run).catch((): Array<string> => [])).pipe(
    Effect.map((names) => names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length)))
  )

/**
 * Makes them in `directory` and tells where each is mounted. A copy is bound, not put into the container, because its
 * root is read-only; what the agent writes there stays in its copy. A host file that is missing is left out.
 */
export const prepareFiles = Effect.fn("PrivateFiles.prepare")(function* (
  directory: string,
  spec: BoxSpec,
  user: BoxUser
) {
  const copies = spec.copyFiles.filter((copy) => !isSeed(spec, copy))
  const targets = [...spec.mounts, ...copies].map(({ target }) => target)
  yield* Effect.forEach(targets, (target) => BoxFiles.checkTarget(target, [spec.home, spec.workDir]))
  yield* seed(spec, user)
  yield* Effect.forEach(spec.mounts, (each) => BoxFiles.mountPoint(spec.home, each, user))
  yield* BoxFiles.freshDirectory(directory)
  const at = (name: string) => path.join(directory, name)
  yield* BoxFiles.writeFile(at("passwd"), passwd(user, spec.home))
  yield* BoxFiles.writeFile(at("group"), group(user))
  const mounts: Array<Mount> = [mount(at("passwd"), "/etc/passwd", true), mount(at("group"), "/etc/group", true)]
  for (const [index, { source, target }] of copies.entries()) {
    const copy = at(String(index))
    if (yield* BoxFiles.privateCopy(source, copy, user)) mounts.push(mount(copy, target, false))
  }
  return mounts
})
