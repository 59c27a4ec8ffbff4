/** `loop mcp` between its pipes: what becomes of each line, whatever the server answers. */
import { PassThrough } from "node:stream"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { relay } from "../../src/cli/mcp/Relay.ts"
import { fakeServer, type Script, token } from "../support/FakeServer.ts"

const ping = (id: number) => ({ jsonrpc: "2.0", id, method: "ping" })
const call = { jsonrpc: "2.0", id: "c", method: "tools/call", params: { name: "get_readme" } }
const notice = { jsonrpc: "2.0", method: "notifications/initialized" }

/** What is written for these lines, and what the server was asked. */
const relayed = Effect.fnUntraced(function* (
  answer: NonNullable<Script["answers"]>[string],
  messages: ReadonlyArray<unknown>,
  channel = "local:a"
) {
  const server = yield* fakeServer({ answers: { "POST /mcp": answer } })
  const input = new PassThrough()
  const output = new PassThrough()
  const logged: Array<string> = []
  input.end(messages.map((each) => `${typeof each === "string" ? each : JSON.stringify(each)}\n`).join(""))
  yield* Effect.promise(() =>
    relay({ url: server.url, token }, channel, { input, output, log: (line) => logged.push(line) })
  )
  const text = String(output.read() ?? "")
  assert.isTrue(text === "" || text.endsWith("\n"))
  const lines = text.split("\n").filter((line) => line !== "")
  return { ...server, logged, said: lines.map((line): unknown => JSON.parse(line)) }
})

const messageOf = (said: unknown) => (said as { readonly error: { readonly message: string } }).error.message

describe("loop mcp", () => {
  it.live("calls for its channel, whatever characters are in the channel's id", () =>
    Effect.gen(function* () {
      const body = { jsonrpc: "2.0", id: 1, result: {} }
      const { posted, said, urls } = yield* relayed({ body }, [ping(1)], "slack:C1&token=x/#ü")
      assert.deepStrictEqual(
        urls.map((url) => new URL(url, "http://localhost").searchParams.get("channel_id")),
        ["slack:C1&token=x/#ü"]
      )
      assert.deepStrictEqual([posted, said], [[ping(1)], [body]])
    })
  )

  it.live("says nothing to a notification, and something to each request of a batch", () =>
    Effect.gen(function* () {
      const refused = { status: 403, body: { title: "Not allowed", detail: "You may not write local:a." } }
      const { logged, said } = yield* relayed(refused, [notice, "", "   ", [ping(1), notice, ping(2)]])
      assert.deepStrictEqual(
        said.map((each) => [(each as { id: number }).id, messageOf(each)]),
        [
          [1, "You may not write local:a."],
          [2, "You may not write local:a."]
        ]
      )
      assert.lengthOf(logged, 2)
      assert.match(
        logged.join("\n"),
        /^ping, notifications\/initialized, ping: You may not write local:a\. in \d+ ms$/m
      )
    })
  )

  it.live("tells what to do about a token that is not valid, of a tool as its result", () =>
    Effect.gen(function* () {
      const { said } = yield* relayed({ status: 401, body: { detail: "The token is not valid." } }, [call])
      const text = "The token is not valid. Set LOOP_API_TOKEN, or use the token in LOOP_HOME."
      assert.deepStrictEqual(said, [
        { jsonrpc: "2.0", id: "c", result: { content: [{ type: "text", text }], isError: true } }
      ])
    })
  )

  it.live("passes on what the server's own protocol says is wrong, and knows what is no Loop", () =>
    Effect.gen(function* () {
      const error = { jsonrpc: "2.0", id: null, error: { code: -32_600, message: "Bad Request: odd" } }
      const odd = yield* relayed({ status: 400, body: error }, [ping(1)])
      assert.strictEqual(messageOf(odd.said[0]), "Bad Request: odd")
      const nothing = yield* relayed({ status: 500, body: {} }, [ping(1)])
      assert.strictEqual(messageOf(nothing.said[0]), "The server answered 500.")
      const page = yield* relayed({ status: 502, body: "<html>" }, [ping(1)])
      const welcome = yield* relayed({ body: {}, raw: "<html>Welcome!" }, [ping(1)])
      for (const { said } of [page, welcome]) {
        assert.match(messageOf(said[0]), /^What answers at http:\S+ is no Loop\. Set LOOP_API_URL or --api-url\.$/)
      }
    })
  )

  it.live("answers what is no JSON as the protocol has it, and asks nobody", () =>
    Effect.gen(function* () {
      const { requests, said } = yield* relayed({ body: {} }, ["{nonsense"])
      assert.deepStrictEqual(said, [{ jsonrpc: "2.0", id: null, error: { code: -32_700, message: "Not JSON" } }])
      assert.deepStrictEqual(requests, [])
    })
  )
})
