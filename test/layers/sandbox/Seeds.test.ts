/** A channel's home gets copies of what the operator lists, when they are new or have changed, and gives nothing back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { seed } from "../../../src/layers/sandbox/Seeds.ts"
import type { BoxSpec } from "../../../src/services/Sandbox.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { hostDirectory } from "../../support/Boxes.ts"

const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

const ground = Effect.gen(function* () {
  const at = yield* hostDirectory
  const root = fs.realpathSync(at(""))
  const host = (name: string) => join(root, "host", name)
  const home = join(root, "channel/home")
  fs.mkdirSync(host(".claude/skills/deep"), { recursive: true })
  fs.mkdirSync(home, { recursive: true })
  fs.writeFileSync(host(".gitconfig"), "one", { mode: 0o640 })
  fs.writeFileSync(host(".claude/skills/deep/SKILL.md"), "skill")
  fs.writeFileSync(host(".claude/skills/run.sh"), "#!/bin/sh", { mode: 0o755 })
  const into = (...names: ReadonlyArray<string>) =>
    seed(
      {
        channelId: ChannelId.make("local:a"),
        home,
        mounts: [],
        copyFiles: names.map((name) => ({ source: host(name), target: join(home, name) }))
      } as unknown as BoxSpec,
      user
    )
  const read = (name: string) => fs.readFileSync(join(home, name), "utf8")
  return { host, home, into, read, root }
})

describe("A channel's home", () => {
  it.effect("begins with files and directories of the host's, private, and executable where they were", () =>
    Effect.gen(function* () {
      const { home, into, read } = yield* ground
      yield* into(".gitconfig", ".claude/skills", ".nothing")
      assert.strictEqual(read(".gitconfig"), "one")
      assert.strictEqual(read(".claude/skills/deep/SKILL.md"), "skill")
      const mode = (name: string) => (fs.statSync(join(home, name)).mode & 0o777).toString(8)
      assert.deepStrictEqual([mode(".gitconfig"), mode(".claude/skills/run.sh")], ["600", "700"])
    })
  )

  it.effect("gets a file again when it has changed there, and until then keeps what the agent made of it", () =>
    Effect.gen(function* () {
      const { home, host, into, read } = yield* ground
      yield* into(".gitconfig", ".claude/skills")
      fs.writeFileSync(join(home, ".gitconfig"), "the agent's")
      fs.rmSync(join(home, ".claude/skills/run.sh"))
      yield* into(".gitconfig", ".claude/skills")
      assert.strictEqual(read(".gitconfig"), "the agent's")
      assert.isFalse(fs.existsSync(join(home, ".claude/skills/run.sh")))
      fs.writeFileSync(host(".gitconfig"), "two, longer")
      fs.writeFileSync(host(".claude/skills/new.md"), "new")
      yield* into(".gitconfig", ".claude/skills")
      assert.deepStrictEqual([read(".gitconfig"), read(".claude/skills/new.md")], ["two, longer", "new"])
    })
  )

  it.effect("takes no links and no keys along, and plants nothing on the host", () =>
    Effect.gen(function* () {
      const { home, host, into, root } = yield* ground
      fs.writeFileSync(join(root, "secret"), "secret")
      fs.symlinkSync(join(root, "secret"), host(".claude/skills/link"))
      fs.symlinkSync(root, host(".claude/skills/dir"))
      fs.writeFileSync(host(".claude/.credentials.json"), "key")
      yield* into(".claude")
      assert.deepStrictEqual(fs.readdirSync(join(home, ".claude")), ["skills"])
      assert.deepStrictEqual(fs.readdirSync(join(home, ".claude/skills")).toSorted(), ["deep", "run.sh"])
      // A hook that the agent leaves in its home stays there.
      fs.writeFileSync(join(home, ".claude/settings.json"), `{"hooks":{}}`)
      yield* into(".claude")
      assert.isFalse(fs.existsSync(host(".claude/settings.json")))
    })
  )

  it.effect("is written to through no link that an agent has set, whether in the way or in the place", () =>
    Effect.gen(function* () {
      const { home, host, into, root } = yield* ground
      fs.mkdirSync(join(root, "victim/skills"), { recursive: true })
      fs.writeFileSync(join(root, "victim/file"), "untouched")
      fs.symlinkSync(join(root, "victim"), join(home, ".claude"))
      fs.symlinkSync(join(root, "victim/file"), join(home, ".gitconfig"))
      yield* into(".claude/skills", ".gitconfig")
      assert.deepStrictEqual(fs.readdirSync(join(root, "victim/skills")), [])
      assert.strictEqual(fs.readFileSync(join(root, "victim/file"), "utf8"), "untouched")
      assert.isFalse(fs.lstatSync(join(home, ".gitconfig")).isSymbolicLink())
      assert.strictEqual(fs.readFileSync(host(".gitconfig"), "utf8"), "one")
    })
  )

  it.effect("is not filled with what nobody can have meant", () =>
    Effect.gen(function* () {
      const { host, into } = yield* ground
      fs.mkdirSync(host("many"))
      for (let n = 0; n <= 2000; n++) fs.writeFileSync(host(`many/${n}`), "")
      const error = yield* Effect.flip(into("many"))
      assert.include(error.detail, "more than 2000 files")
    })
  )
})
