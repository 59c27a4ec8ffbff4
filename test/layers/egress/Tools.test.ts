/** Ordinary tools in a real box, through the policy that everybody begins with, against stand-ins for their registries. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { forwards, proxyEnv } from "../../../src/domain/egress/Inside.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { type BoxSpec, Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, boxesOver, dockerParts, finish, settings } from "../../support/Boxes.ts"
import * as Line from "../../support/egress/Line.ts"
import * as Registries from "../../support/egress/Registries.ts"
import * as StandIn from "../../support/egress/StandIn.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

const world = boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
  Layer.provideMerge(Layer.effect(Egress, EgressProxy.make({}))),
  Layer.provideMerge(StandIn.layer),
  Layer.provideMerge(dockerParts(settings()))
)

const TRUST = [
  "SSL_CERT_FILE",
  "NODE_EXTRA_CA_CERTS",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "PIP_CERT",
  "CARGO_HTTP_CAINFO"
]

const policy = Line.policy()

/** Runs a script with the given files in its work directory, as an agent's shell would. */
const run = Effect.fnUntraced(function* (
  files: (registries: Registries.Registries) => Readonly<Record<string, string>>,
  script: string,
  over: Partial<BoxSpec> = {}
) {
  const registries = yield* Registries.make
  const boxes = yield* Boxes
  const sandbox = yield* Sandbox
  const plain = boxes.spec(["/bin/bash", "-euc", `exec 2>&1; ${script}`], over)
  const ca = path.join(plain.workDir, "ca.pem")
  const spec: BoxSpec = {
    ...plain,
    env: { ...proxyEnv(policy), ...Object.fromEntries(TRUST.map((name) => [name, ca])), ...over.env },
    forwards: forwards(policy),
    limits: { memoryMb: 1536, cpus: 2, pids: 512 }
  }
  for (const [name, content] of Object.entries({ "ca.pem": registries.certificates.ca, ...files(registries) })) {
    mkdirSync(path.dirname(path.join(spec.workDir, name)), { recursive: true })
    writeFileSync(path.join(spec.workDir, name), content)
  }
  const { decisions } = yield* Line.open(spec.processId, policy)
  const box = yield* sandbox.start(spec)
  const { exit, lines } = yield* Effect.ensuring(finish(box), box.kill)
  const refused = decisions.filter(({ refusal }) => refusal !== null)
  return { ...registries, code: exit.code, last: lines.at(-1), all: lines.join("\n"), refused }
}, Effect.scoped)

/** A toolchain of this machine, lent to the box. */
const lent = (program: string, args: ReadonlyArray<string>, target: string) => ({
  source: execFileSync(program, args).toString().trim(),
  target,
  readOnly: true,
  volume: false
})

layer(world, real)("through the policy that everybody begins with", (it) => {
  it.effect("npm ci installs what the lock file says", () =>
    Effect.gen(function* () {
      const lock = (integrity: string) => ({
        name: "x",
        lockfileVersion: 3,
        packages: {
          "": { name: "x", dependencies: { left: "1.0.0" } },
          "node_modules/left": {
            version: "1.0.0",
            resolved: "https://registry.npmjs.org/left/-/left-1.0.0.tgz",
            integrity
          }
        }
      })
      const done = yield* run(
        ({ npmIntegrity }) => ({
          "package.json": JSON.stringify({ name: "x", dependencies: { left: "1.0.0" } }),
          "package-lock.json": JSON.stringify(lock(npmIntegrity))
        }),
        "npm ci --no-audit --no-fund; node -p 'require(\"left\")'"
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
    })
  )

  it.effect("pip install fetches from the index and from where its files are", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({}),
        "python3 -m venv /tmp/v; /tmp/v/bin/pip install --disable-pip-version-check left; /tmp/v/bin/python -c 'import left; print(left.SIDE)'"
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
    })
  )

  it.effect("git clone fetches a repository, and ssh reaches the forge by the same way", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({}),
        "git ls-remote git@github.com:o/left.git || true; git clone -q https://github.com/o/left.git; cat left/README"
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
      assert.match(done.greetings[0] ?? "", /^SSH-2\.0-OpenSSH/)
    })
  )

  it.effect("apt-get update fetches lists in the clear", () =>
    Effect.gen(function* () {
      const options = [
        "Dir::State=/tmp/apt/state",
        "Dir::Cache=/tmp/apt/cache",
        "Dir::Etc::SourceList=$PWD/sources.list",
        "Dir::Etc::SourceParts=-",
        "APT::Sandbox::User=root"
      ]
        .map((option) => `-o ${option}`)
        .join(" ")
      const done = yield* run(
        () => ({ "sources.list": "deb [trusted=yes] http://deb.debian.org/debian ./\n" }),
        `mkdir -p /tmp/apt/state/lists/partial /tmp/apt/cache/archives/partial; apt-get ${options} update; apt-cache ${options} show left | grep -m 1 Package; echo left`
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
      assert.include(done.all, "Package: left")
    })
  )

  it.effect("go mod download asks the module proxy", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({
          "go.mod": "module example.org/x\n\ngo 1.20\n\nrequire example.org/left v1.0.0\n",
          "main.go": 'package main\n\nimport "example.org/left"\n\nfunc main() { println(left.Side()) }\n'
        }),
        "export PATH=/opt/go/bin:$PATH; go mod download example.org/left; go run -mod=mod .",
        // A database of checksums is signed by its keeper, so no stand-in can be it.
        {
          mounts: [lent("go", ["env", "GOROOT"], "/opt/go")],
          env: { GONOSUMDB: "*", GOFLAGS: "-p=1", GOTOOLCHAIN: "local" }
        }
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
    })
  )

  it.effect("cargo build asks the sparse index and fetches the crate", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({
          "Cargo.toml": '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleft = "1"\n',
          "src/main.rs": 'fn main() { println!("{}", left::side()) }\n'
        }),
        "export PATH=/opt/rust/bin:$PATH; cargo build -q; /tmp/target/debug/x",
        // Its linker takes a `%` in a path, such as a test channel's directory has, for a place to be filled in.
        { mounts: [lent("rustc", ["--print", "sysroot"], "/opt/rust")], env: { CARGO_TARGET_DIR: "/tmp/target" } }
      )
      assert.deepStrictEqual([done.code, done.last, done.refused], [0, "left", []], done.all)
      assert.include(done.asked, "static.crates.io/crates/left/1.0.0/download")
    })
  )

  it.effect("Node's own fetch and curl find the proxy, and say what it says", () =>
    Effect.gen(function* () {
      const done = yield* run(
        () => ({}),
        `node -e 'fetch("https://registry.npmjs.org/none").then((r) => console.log("node", r.status))'
         curl -s -o /dev/null -w 'curl %{http_code}\\n' https://registry.npmjs.org/none
         curl -s http://nobody.example.com/`
      )
      assert.strictEqual(
        done.all,
        "node 404\ncurl 404\nLoop: nobody.example.com:80 is not on this channel's list of hosts; the people in the channel were asked to allow it"
      )
    })
  )
})
