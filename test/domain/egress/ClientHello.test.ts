import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as net from "node:net"
import * as tls from "node:tls"
import { read } from "../../../src/domain/egress/ClientHello.ts"

/** What a real client says first. */
const hello = (options: tls.ConnectionOptions): Promise<Buffer> =>
  new Promise((resolve) => {
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined)
      socket.once("data", (piece: Buffer) => {
        socket.destroy()
        server.close()
        resolve(piece)
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const client = tls.connect({ port: (server.address() as net.AddressInfo).port, host: "127.0.0.1", ...options })
      client.on("error", () => undefined)
    })
  })

const name = "registry.npmjs.org"

describe("the first words of a TLS client", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)("name the server (%s)", async (version) => {
    const bytes = await hello({ servername: name, minVersion: version, maxVersion: version, ALPNProtocols: ["h2"] })
    assert.deepStrictEqual(read(bytes), { _tag: "Named", name })
  })

  it("name none where the client does not", async () => {
    assert.deepStrictEqual(read(await hello({ servername: "" })), { _tag: "Named", name: null })
  })

  it("are waited for, wherever they are cut", async () => {
    const bytes = await hello({ servername: name })
    for (let length = 0; length < bytes.length; length++) {
      assert.deepStrictEqual(read(bytes.subarray(0, length)), { _tag: "More" }, String(length))
    }
  })

  it("say the same spread over many records", async () => {
    const bytes = await hello({ servername: name })
    const body = bytes.subarray(5)
    const records = Array.from({ length: Math.ceil(body.length / 7) }, (_, index) => {
      const part = body.subarray(index * 7, index * 7 + 7)
      return Buffer.concat([Buffer.from([22, 3, 1, 0, part.length]), part])
    })
    assert.deepStrictEqual(read(Buffer.concat(records)), { _tag: "Named", name })
  })

  it("that are made to be misread name nobody", async () => {
    const bytes = await hello({ servername: name })
    for (const first of [20, 21, 23, 24]) {
      const odd = Buffer.concat([Buffer.from([first, 3, 3, 0, 1, 1]), bytes])
      assert.deepStrictEqual(read(odd), { _tag: "Named", name: null })
    }
    const longer = Buffer.from(bytes)
    longer.writeUInt16BE(longer.readUInt16BE(longer.indexOf(name) - 2) + 1, longer.indexOf(name) - 2)
    assert.deepStrictEqual(read(longer), { _tag: "Named", name: null })
  })

  it("are none for other protocols, and nothing makes the reader fail", () => {
    assert.deepStrictEqual(read(Buffer.from("SSH-2.0-OpenSSH_9.2\r\n")), { _tag: "Other" })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const reading = read(Buffer.concat([Buffer.from([22, 3, 1, 1, 0, 1, 0, 0, 200]), bytes]))
        assert.include(["More", "Named"], reading._tag)
      })
    )
  })
})
