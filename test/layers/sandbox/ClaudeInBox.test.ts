/** The real CLI in real boxes, against a scripted model behind the relay. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { RunId } from "../../../src/domain/Ids.ts"
import * as Relay from "../../../src/layers/ModelRelay.ts"
import * as SandboxBubblewrap from "../../../src/layers/sandbox/SandboxBubblewrap.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import { ModelRelay, unwatched } from "../../../src/services/ModelRelay.ts"
import { type Box, type BoxSpec, Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, boxesOver, dockerParts, settings, until } from "../../support/Boxes.ts"
import * as MessagesApi from "../../support/MessagesApi.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const
const KEY = "sk-ant-api03-NEEDLE-in-no-haystack"

class Api extends Context.Service<Api, MessagesApi.MessagesApi>()("loop/test/ScriptedApi") {}

const withApi = <E, R>(sandbox: (keys: Readonly<Record<string, unknown>>) => Layer.Layer<R, E>) =>
  Layer.unwrap(
    Effect.map(MessagesApi.make(), (api) =>
      sandbox({ anthropic_api_key: KEY, anthropic_base_url: api.url, anthropic_max_retries: 1 }).pipe(
        Layer.provideMerge(Layer.succeed(Api, api))
      )
    )
  )

const inDocker = withApi((keys) =>
  boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
    Layer.provideMerge(Relay.layer),
    Layer.provideMerge(dockerParts(settings(keys)))
  )
)
const inBubblewrap = withApi((keys) =>
  boxesOver(SandboxBubblewrap.layer).pipe(Layer.provideMerge(Relay.layer), Layer.provideMerge(settings(keys)))
)

const claude = [
  ["claude", "-p", "--verbose", "--input-format", "stream-json", "--output-format", "stream-json"],
  ["--replay-user-messages", "--allow-dangerously-skip-permissions", "--dangerously-skip-permissions"]
].flat()

const env = {
  ANTHROPIC_API_KEY: "placeholder",
  ANTHROPIC_BASE_URL: "http://model.invalid",
  ANTHROPIC_UNIX_SOCKET: "/run/loop/model.sock",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  CLAUDE_CODE_MAX_RETRIES: "10"
}

const limits = { memoryMb: 2048, cpus: 2, pids: 512 }

const promptLine = (content: string) =>
  JSON.stringify({ type: "user", uuid: crypto.randomUUID(), message: { role: "user", content } })

interface Result {
  readonly is_error: boolean
  readonly result: string
  readonly api_error_status: number | null
}

/** The turn's result line. */
const result = Effect.fnUntraced(function* (box: Box) {
  const lines = yield* until(box, '"type":"result"')
  return JSON.parse(lines.at(-1) ?? "") as Result
})

/** A supervisor's part: its relay's line with a run, and what was given to it. */
const supervise = Effect.fnUntraced(function* (spec: BoxSpec) {
  const relay = yield* ModelRelay
  const line = yield* relay.open(spec.processId, unwatched)
  yield* line.assign(RunId.make("run"))
})

const turn = Effect.fnUntraced(function* (prompt: string) {
  const sandbox = yield* Sandbox
  const boxes = yield* Boxes
  const spec = boxes.spec(claude, { env, limits })
  yield* supervise(spec)
  const box = yield* sandbox.start(spec)
  yield* box.write(promptLine(prompt))
  return yield* Effect.ensuring(result(box), box.kill)
}, Effect.scoped)

/** Looks for the key in every variable, argument and file that can be read; the needle is put together inside. */
const search = `python3 -c '
import os
needle = ("NEE" + "DLE-in").encode()
found = []
looked = 0
def look(path):
    global looked
    try:
        with open(path, "rb") as f: data = f.read(5_000_000)
    except OSError: return
    looked += 1
    if needle in data: found.append(path)
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline"): look(f"/proc/{pid}/{name}")
for top in ("/etc", "/run", "/tmp", "/var", "/opt", "/root", "/home", os.environ["HOME"], os.getcwd()):
    for base, _, names in os.walk(top):
        for name in names:
            path = os.path.join(base, name)
            if os.path.isfile(path): look(path)
print("looked at", "many" if looked > 50 else "few", "and found", found)
'`.replaceAll("\n", "\\n")

for (const [name, world] of [
  ["the CLI in a container", inDocker],
  ["the CLI in bubblewrap", inBubblewrap]
] as const) {
  layer(world, real)(name, (it) => {
    it.effect("answers through the relay, which alone knows the key", () =>
      Effect.gen(function* () {
        const api = yield* Api
        const { result: text, is_error } = yield* turn("say: hello from the box")
        assert.deepStrictEqual([is_error, text], [false, "hello from the box"])
        assert.strictEqual(api.requests.at(-1)?.headers["x-api-key"], KEY)
      })
    )

    it.effect("finds the key in no variable, argument or file", () =>
      Effect.gen(function* () {
        const { result: text } = yield* turn(
          `tool: bash printf '%b' ${JSON.stringify(search)} > /tmp/search; . /tmp/search`
        )
        assert.include(text, "looked at many and found []")
      })
    )
  })
}

layer(inBubblewrap, real)("the CLI behind the relay", (it) => {
  it.effect.each([
    ["status 529", 2, 529],
    ["status 500", 2, 500],
    ["status 429", 2, 429],
    ["status 401", 1, 401],
    ["status 403", 1, 403]
  ] as const)("asks a model that answers %s as often as configured: %d times", ([prompt, times, status]) =>
    Effect.gen(function* () {
      const api = yield* Api
      const before = api.requests.length
      const { is_error, api_error_status } = yield* turn(prompt)
      assert.deepStrictEqual([is_error, api_error_status, api.requests.length - before], [true, status, times])
    })
  )

  it.effect("gives up on a request that the model calls malformed, after trying it without its newest features", () =>
    Effect.gen(function* () {
      const { is_error, api_error_status } = yield* turn("status 400")
      assert.deepStrictEqual([is_error, api_error_status], [true, 400])
    })
  )

  it.effect("gives up on answers that break off again and again", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const before = api.requests.length
      const { is_error } = yield* turn("cut")
      assert.deepStrictEqual([is_error, api.requests.length - before], [true, 2])
    })
  )
})

layer(inDocker, real)("a turn whose supervisor is gone", (it) => {
  it.effect("goes on when another one opens the socket anew and takes the box over", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const sandbox = yield* Sandbox
      const boxes = yield* Boxes
      const spec = boxes.spec(claude, { env, limits })
      const gate = yield* api.hold("middle", "40 chunks")
      const first = yield* Scope.make()
      yield* Effect.gen(function* () {
        yield* supervise(spec)
        const box = yield* sandbox.start(spec)
        yield* box.write(promptLine("stream: 40 chunks"))
        yield* gate.reached
      }).pipe(Scope.provide(first))
      yield* Scope.close(first, Exit.void)
      yield* gate.release

      yield* supervise(spec)
      const box = yield* sandbox.adopt(spec.processId, 0)
      if (box === undefined) return assert.fail("it was not there any more")
      const { is_error, result: text } = yield* result(box)
      assert.isFalse(is_error)
      assert.isTrue(text.startsWith("chunk 1 chunk 2 ") && text.trim().endsWith("chunk 40"))
      yield* box.kill
    })
  )
})
