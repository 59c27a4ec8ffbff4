/** The protocol's own conformance suite against `POST /mcp`. */
import { spawn } from "node:child_process"
import { createServer, request as forward } from "node:http"
import type { AddressInfo } from "node:net"
import { resolve } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

const suite = resolve("node_modules/@modelcontextprotocol/conformance/dist/index.js")

/** The suite knows no tokens: this adds the owner's to each request, which otherwise goes on as it came. */
const withToken = (to: string, token: string) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
      const server = createServer((incoming, response) => {
        const headers = { ...incoming.headers, authorization: `Bearer ${token}` }
        const sent = forward(to + (incoming.url ?? "/"), { method: incoming.method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        })
        sent.on("error", () => response.destroy())
        incoming.pipe(sent)
      })
      server.listen(0, "127.0.0.1", () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ url, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const scenario = Effect.fnUntraced(function* (name: string) {
  const { home, token, url } = yield* Api
  const proxy = yield* withToken(url, token)
  return yield* Effect.callback<{ readonly code: number | null; readonly output: string }>((resume) => {
    const args = [suite, "server", "--url", proxy.url, "--scenario", name]
    const child = spawn(process.execPath, args, { cwd: home, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => void (output += String(piece)))
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill())
  })
}, Effect.scoped)

layer(ApiLayer.layer(), { excludeTestServices: true })("The conformance suite", (it) => {
  it.effect.each(["server-initialize", "ping", "tools-list", "dns-rebinding-protection"])(
    "passes %s",
    (name) =>
      Effect.gen(function* () {
        const { code, output } = yield* scenario(name)
        assert.strictEqual(code, 0, output)
        assert.match(output, /Passed: [1-9]\d*\/\d+, 0 failed/)
      }),
    { timeout: 60_000 }
  )

  it.effect(
    "does not pass what Loop does not have",
    () =>
      Effect.gen(function* () {
        assert.notStrictEqual((yield* scenario("prompts-list")).code, 0)
      }),
    { timeout: 60_000 }
  )
})
