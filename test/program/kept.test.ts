/** The server's own life: told to end, told something new, and what it keeps to itself. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** Every file below a directory, as text. */
const textsIn = (directory: string): ReadonlyArray<string> =>
  fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "config.json")
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1"))

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("The server", (it) => {
  it.effect("lets nobody in the box see the key, and works there as the owner of the work, without rights", () =>
    Effect.gen(function* () {
      const { api, containers, home, log } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const look = "id -u; grep CapEff /proc/self/status; touch /file 2>&1 | grep -c Read-only"
      const { said } = yield* channel.ask(`tool: bash ${look}`)
      const [box = ""] = yield* channel.boxes
      const work = path.join(home, "channels", encodeURIComponent(channel.id), "work")
      const owner = fs.statSync(work).uid
      assert.deepStrictEqual(said, [`The tool said: ${owner}\nCapEff:\t0000000000000000\n1`])

      // The model's API got it; the box's environments, command lines and files do not have it, nor has what is told of it.
      const [asked] = api.requests
      assert.strictEqual(asked?.headers["x-api-key"], Program.fakeKey)
      const part = "THE-KEY"
      const places = "$HOME $PWD /tmp /var/tmp /run /etc /opt"
      // Brackets, so that the search does not find its own command line.
      const count = (text: string) => {
        const pattern = text.replace("-", "[-]")
        const running = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | grep -ac ${pattern}`
        const script = `${running}; grep -ral ${pattern} ${places} 2>/dev/null | wc -l`
        return Effect.map(containers.shell(box, script), (told) => told.trim().split(/\s+/).map(Number))
      }
      assert.deepStrictEqual(yield* count(part), [0, 0])
      const session = (yield* channel.runs)[0]?.session_id ?? ""
      assert.isTrue((yield* count(session)).every((times) => times > 0))
      assert.notInclude(JSON.stringify(yield* containers.inspect(box)), part)
      for (const text of [log(), ...textsIn(home)]) assert.isFalse(text.includes(part))
    })
  )

  it.effect("takes an edit of the configuration while it runs, and stays with the last good one", () =>
    Effect.gen(function* () {
      const { api, configure, home } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const modelOf = (content: string) => api.requests.findLast(({ prompt }) => prompt.endsWith(content))?.body?.model
      yield* channel.ask("say: usual")
      yield* configure({ claude_model: "claude-of-the-test" })
      yield* Talk.logs("was edited and applies")
      yield* channel.ask("say: edited")
      assert.notStrictEqual(modelOf("usual"), "claude-of-the-test")
      assert.strictEqual(modelOf("edited"), "claude-of-the-test")

      fs.writeFileSync(path.join(home, "config.json"), `{ claude_model: "another", max_concurrent_runs: "many"`)
      yield* Talk.logs("The edit does not apply")
      yield* channel.ask("say: refused")
      assert.strictEqual(modelOf("refused"), "claude-of-the-test")
      yield* configure({})
      yield* Talk.logs("was edited and applies", 2)
    })
  )

  it.effect("ends within five seconds of SIGTERM, and the next one goes on with the turn it left", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const [channel, idle] = [yield* Talk.newChannel(), yield* Talk.newChannel()]
      yield* idle.ask("say: nothing to do")
      const gate = yield* program.api.hold("middle", "say: never mind the server")
      const page = yield* follow(channel)
      const message = yield* channel.post("say: never mind the server")
      yield* page.shows((text) => text === "never mind")
      const boxes = yield* channel.boxes
      yield* program.signal("SIGTERM")
      assert.deepStrictEqual(yield* Effect.timeout(program.ended, "5 seconds"), { code: 0, signal: null })
      assert.deepStrictEqual(yield* channel.boxes, boxes)
      assert.deepStrictEqual(yield* idle.boxes, [])

      yield* gate.release
      yield* program.start()
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, ["never mind the server"])
      assert.deepStrictEqual(yield* channel.boxes, boxes)
      assert.strictEqual((yield* channel.runs)[0]?.attempt, 1)
    })
  )

  it.effect("ends its turns in order at Ctrl-C, said in each channel, and keeps what waits", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const message = yield* channel.post("say: I begin.\ntool: bash tail -f /dev/null")
      const queued = yield* channel.post("say: from the queue")
      yield* Talk.eventually(channel.said, (said) => said.length > 0)
      yield* program.signal("SIGINT")
      assert.deepStrictEqual(yield* program.ended, { code: 0, signal: null })
      assert.deepStrictEqual(yield* channel.boxes, [])
      yield* program.start()
      assert.strictEqual((yield* channel.settled(message)).state, "stopped")
      assert.strictEqual((yield* channel.settled(queued)).state, "replied")
      const [first, second, ...rest] = yield* channel.said
      assert.strictEqual(first, "I begin.")
      assert.match(second ?? "", /^Stopped because Loop is being shut down/)
      assert.deepStrictEqual(rest, ["from the queue"])
    })
  )
})
