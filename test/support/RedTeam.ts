/**
 * A raid: many tricks, each a piece of shell, run by the real agent in its real box. A trick prints what it got hold of and
 * nothing where it failed; the teeth print something always, or a raid that did not run at all would look like a wall.
 */
import { Effect } from "effect"
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import * as Program from "./Program.ts"
import * as Talk from "./Talk.ts"

export interface Raid {
  readonly teeth: Readonly<Record<string, string>>
  readonly tricks: Readonly<Record<string, string>>
}

/** What another channel's people and agent leave everywhere. */
export const canary = "the-canary-sings"

/** No root of this machine, where the tests run as one: so that there is somebody to rise above. */
const uid = process.getuid?.() === 0 ? 1234 : (process.getuid?.() ?? 0)

const directory = Effect.acquireRelease(
  Effect.sync(() => {
    const made = realpathSync(mkdtempSync("/tmp/raid-"))
    chownSync(made, uid, uid)
    // Readable to everybody: only the walls are in the way.
    chmodSync(made, 0o755)
    return made
  }),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

const place = (file: string, text: string) => {
  writeFileSync(file, text)
  chownSync(file, uid, uid)
}

/** A channel that works in a directory of its own. */
const settle = Effect.gen(function* () {
  const work = yield* directory
  const { json } = yield* Talk.call("POST", "/api/channels", { dir_path: work })
  return { work, channel: Talk.channel((json as { readonly channel_id: string }).channel_id) }
})

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const script = (variables: Readonly<Record<string, string>>, { teeth, tricks }: Raid): string =>
  [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `try() { out=$(timeout 10 bash -c "$2" 2>/dev/null | tr -d '\\0' | head -c 300 | tr '\\n' ' '); echo "$1: $out"; }`,
    ...Object.entries({ ...teeth, ...tricks }).map(([name, trick]) => `try ${quoted(name)} ${quoted(trick)} &`),
    "wait"
  ].join("\n")

/** Matches the text and not itself, so that a raid does not find its own script. */
const needle = (text: string): string => text.replace(/.$/, "[$&]").replaceAll("-", "[-]")

/** Another channel whose agent is at work, with a canary wherever one could sing: `lure` is what it runs. */
export const victim = Effect.fnUntraced(function* (lure: string) {
  const { channel, work } = yield* settle
  place(join(work, "secret"), canary)
  place(join(work, "lure.sh"), `${lure}\ntouch ready\nexec tail -f /dev/null\n`)
  yield* channel.post(`tool: bash CANARY=${canary} bash ./lure.sh ${canary}`)
  yield* Talk.eventually(
    Effect.sync(() => existsSync(join(work, "ready"))),
    (ready) => ready
  )
  return { channel, work }
})

/** Runs a raid in a channel's own box; which tricks got something, and which teeth bit. */
export const raid = Effect.fnUntraced(function* (raid: Raid, victimOf: { readonly work: string }) {
  const program = yield* Program.Program
  const { channel, work } = yield* settle
  const variables = {
    // LOOP_HOME, the home of who runs the supervisor, the other's work, the API's address, what must not be found.
    L: program.home,
    H: dirname(program.home),
    V: victimOf.work,
    API: program.url().replace("http://", ""),
    N: [Program.fakeKey, program.token(), canary].map(needle).join("|"),
    ME: encodeURIComponent(channel.id)
  }
  place(join(work, "raid.sh"), script(variables, raid))
  const { state } = yield* channel.ask("tool: bash bash ./raid.sh > result 2>/dev/null")
  const lines = readFileSync(join(work, "result"), "utf8").trim().split("\n")
  const got = (names: Readonly<Record<string, string>>) =>
    lines.filter((line) => !line.endsWith(": ") && Object.keys(names).some((name) => line.startsWith(`${name}: `)))
  return { state, tried: lines.length, got: got(raid.tricks), teeth: got(raid.teeth).length }
})
