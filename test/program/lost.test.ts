/** A container that is gone in mid-turn: the user is told, and the work is continued once, in its session. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const boxLost = "The agent's box was lost in the middle of the work; it goes on in a new one."

/** The files of the sessions that the channel's agent has kept so far. */
const kept = Effect.fnUntraced(function* (channel: Talk.Channel) {
  const { home } = yield* Program.Program
  const projects = path.join(home, "channels", encodeURIComponent(channel.id), "home", ".claude", "projects")
  const names = fs.existsSync(projects) ? fs.readdirSync(projects, { recursive: true, encoding: "utf8" }) : []
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => path.join(projects, name))
})

/** A turn in whose tool the container is lost, once the session on disk knows of it; the box as it was. */
const inTool = Effect.fnUntraced(function* () {
  const channel = yield* Talk.newChannel()
  const page = yield* follow(channel)
  const message = yield* channel.post("say: I begin.\ntool: bash tail -f /dev/null")
  yield* page.hears("run.tool")
  const texts = Effect.map(kept(channel), (files) => files.map((file) => fs.readFileSync(file, "utf8")))
  yield* Talk.eventually(texts, ([text = ""]) => text.includes('"tool_use"'))
  const [box = ""] = yield* channel.boxes
  return { box, channel, message }
})

/** It is finished in a second attempt, and everything was said once. */
const isContinued = Effect.fnUntraced(function* (channel: Talk.Channel, message: string, box: string) {
  assert.strictEqual((yield* channel.settled(message)).state, "replied")
  const [begun, note, end, ...rest] = yield* channel.said
  assert.deepStrictEqual([begun, note, rest], ["I begin.", boxLost, []])
  // What the scripted model has to say to the request to go on.
  assert.match(end ?? "", /^You said: Your process was restarted in the middle of the last message\./)
  const [run, ...others] = yield* channel.runs
  assert.deepStrictEqual([run?.attempt, run?.status, others], [2, "completed", []])
  assert.notInclude(yield* channel.boxes, box)
  const session = run?.session_id
  assert.deepStrictEqual((yield* channel.ask("say: and on")).said, ["and on"])
  assert.strictEqual((yield* channel.runs).at(-1)?.session_id, session)
})

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("A container lost in mid-turn", (it) => {
  it.effect("is replaced by the server that was there", () =>
    Effect.gen(function* () {
      const { containers } = yield* Program.Program
      const { box, channel, message } = yield* inTool()
      yield* containers.remove(box)
      yield* isContinued(channel, message, box)
    })
  )

  it.effect("together with the server is replaced by the next one", () =>
    Effect.gen(function* () {
      const { containers, kill, start } = yield* Program.Program
      const { box, channel, message } = yield* inTool()
      yield* kill
      yield* containers.remove(box)
      yield* start()
      yield* isContinued(channel, message, box)
    })
  )

  it.effect("whose agent was killed is replaced, too", () =>
    Effect.gen(function* () {
      const { containers } = yield* Program.Program
      const { box, channel, message } = yield* inTool()
      yield* containers.shell(box, "pkill -KILL -f -- --input-format")
      yield* isContinued(channel, message, box)
    })
  )

  it.effect("before the session on disk knew of the message is replaced with a word about it", () =>
    Effect.gen(function* () {
      const { api, containers, kill, start } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const gate = yield* api.hold("middle", "say: done in the end")
      const message = yield* channel.post("say: done in the end")
      yield* page.shows((text) => text === "done in")
      const [box = ""] = yield* channel.boxes
      yield* kill
      yield* containers.remove(box)
      for (const file of yield* kept(channel)) fs.rmSync(file)
      yield* gate.release
      yield* start()
      assert.strictEqual((yield* channel.settled(message)).state, "replied")
      assert.deepStrictEqual(yield* channel.said, [boxLost, "done in the end"])
      const told = api.requests.at(-1)?.prompt ?? ""
      assert.match(told, /^Your process was restarted in the middle of the message below\..*\n\nlocal-user: say: done/)
    })
  )
})
