import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { NetworkPolicy } from "../../../src/domain/Channel.ts"
import { parseHost } from "../../../src/domain/egress/Address.ts"
import { bundle, bundleNames } from "../../../src/domain/egress/Bundles.ts"
import { forwards, proxyEnv, servicePorts } from "../../../src/domain/egress/Inside.ts"
import { parse } from "../../../src/domain/egress/Pattern.ts"
import { faultOf, listed, merged, refusalOf } from "../../../src/domain/egress/Policy.ts"

const policy = (over: Partial<NetworkPolicy> = {}): NetworkPolicy => ({
  mode: "allowlist",
  allow: [],
  host_services: [],
  ...over
})

const ask = (
  own: NetworkPolicy,
  host: string,
  port = 443,
  grants: ReadonlyArray<{ host: string; port: number }> = []
) => {
  const parsed = parseHost(host)
  return parsed === undefined ? "no host" : (refusalOf(own, grants, parsed, port) ?? "allowed")
}

describe("the list", () => {
  it.each([
    ["registry.npmjs.org", 443, "allowed"],
    ["REGISTRY.npmjs.org.", 443, "allowed"],
    ["registry.npmjs.org", 22, "not_listed"],
    ["registry.npmjs.org.evil.example", 443, "not_listed"],
    ["evil-registry.npmjs.org", 443, "not_listed"],
    ["github.com", 22, "allowed"],
    ["github.com", 443, "allowed"],
    ["deb.debian.org", 80, "allowed"],
    ["deb.debian.org", 8080, "not_listed"],
    ["de.archive.ubuntu.com", 80, "allowed"],
    ["example.com", 443, "not_listed"],
    ["93.184.216.34", 443, "not_listed"],
    ["localhost", 443, "inner"],
    ["a.localhost", 443, "inner"],
    ["postgres", 443, "inner"],
    ["metadata.google.internal", 80, "inner"],
    ["0x7f.1", 443, "inner"],
    ["[::ffff:10.0.0.1]", 443, "inner"]
  ] as const)("that comes with Loop: %s:%i is %s", (host, port, verdict) => {
    assert.strictEqual(ask(policy(), host, port), verdict)
  })

  const own = policy({
    allow: ["*.example.com", "db.example.org:5432", "bundle:docs", "!evil.example.com", "!bundle:node"]
  })
  it.each([
    ["a.example.com", 443, "allowed"],
    ["a.b.example.com", 80, "allowed"],
    ["example.com", 443, "not_listed"],
    ["badexample.com", 443, "not_listed"],
    ["evil.example.com", 443, "taken_out"],
    ["db.example.org", 5432, "allowed"],
    ["db.example.org", 443, "not_listed"],
    ["docs.rs", 443, "allowed"],
    ["registry.npmjs.org", 443, "taken_out"],
    ["pypi.org", 443, "allowed"]
  ] as const)("of one's own: %s:%i is %s", (host, port, verdict) => {
    assert.strictEqual(ask(own, host, port), verdict)
  })

  it("lets through what a person let through once, at that port, unless it was taken out", () => {
    const grants = [
      { host: "example.com", port: 443 },
      { host: "evil.example.com", port: 443 }
    ]
    assert.deepStrictEqual(
      [
        ask(own, "example.com", 443, grants),
        ask(own, "example.com", 80, grants),
        ask(own, "evil.example.com", 443, grants)
      ],
      ["allowed", "not_listed", "taken_out"]
    )
  })

  it("counts for nothing with none, and only what is taken out with open", () => {
    assert.deepStrictEqual(
      ["registry.npmjs.org", "example.net", "evil.example.com"].map((host) => ask({ ...own, mode: "none" }, host)),
      ["closed", "closed", "closed"]
    )
    assert.deepStrictEqual(
      ["registry.npmjs.org", "example.net", "evil.example.com", "127.1"].map((host) =>
        ask({ ...own, mode: "open" }, host, 443)
      ),
      ["taken_out", "allowed", "taken_out", "inner"]
    )
  })

  it("never lets an inner address through, whatever is listed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("127.0.0.1", "10.1.2.3", "[::1]", "localhost", "db.internal"),
        fc.integer({ min: 1, max: 65_535 }),
        (host, port) => {
          for (const mode of ["allowlist", "open"] as const) {
            assert.strictEqual(ask(policy({ mode, allow: [`${host}:${port}`] }), host, port, [{ host, port }]), "inner")
          }
        }
      )
    )
  })
})

describe("an entry", () => {
  it.each([
    "*",
    "*.com",
    "https://example.com",
    "example.com/path",
    "example.com:0",
    "example.com:99999",
    "a.*.com",
    "bundle:nothing",
    "",
    "!",
    "exam ple.com"
  ])("%j is refused with a sentence", (text) => {
    assert.isString(parse(text))
    assert.match(faultOf({ allow: [text], host_services: [] }) ?? "", /\.$/)
  })

  it("of every bundle is well formed", () => {
    for (const name of bundleNames) {
      assert.strictEqual((parse(`bundle:${name}`) as ReadonlyArray<unknown>).length, bundle(name).length, name)
      for (const entry of bundle(name)) assert.isArray(parse(entry), entry)
    }
  })
})

describe("a channel", () => {
  it("adds to its configuration's lists, and has its own mode where it sets one", () => {
    const all = merged(
      policy({ allow: ["a.example.com"], host_services: ["5432"] }),
      { allow: ["b.example.com"], host_services: [] },
      { mode: "open", allow: ["a.example.com"], host_services: ["6379"], read_only_public: true }
    )
    assert.deepStrictEqual(all, {
      mode: "open",
      allow: ["a.example.com", "b.example.com"],
      host_services: ["5432", "6379"],
      read_only_public: true
    })
  })

  it("gets a host that a person allowed onto its own list once", () => {
    const once = listed(undefined, { host: "example.com", port: 443 })
    assert.deepStrictEqual(once, { allow: ["example.com"], host_services: [] })
    assert.deepStrictEqual(
      listed(listed(once, { host: "example.com", port: 80 }), { host: "example.com", port: 8080 }),
      {
        allow: ["example.com", "example.com:8080"],
        host_services: []
      }
    )
  })
})

describe("a box", () => {
  it("is told of the proxy by every name that programs look for, and of nothing with none", () => {
    const env = proxyEnv(policy())
    for (const name of ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]) {
      assert.strictEqual(env[name], "http://127.0.0.1:3128", name)
    }
    assert.match(env["no_proxy"] ?? "", /^localhost,127\.0\.0\.1,::1,/)
    assert.deepStrictEqual(
      [proxyEnv(policy({ mode: "none" })), forwards(policy({ mode: "none", host_services: ["1"] }))],
      [{}, []]
    )
  })

  it("finds named services of the host at their own ports", () => {
    assert.deepStrictEqual(forwards(policy({ host_services: ["6379", "5432", "5432"] })), [
      { port: 3128, socket: "egress.sock" },
      { port: 5432, socket: "host-5432.sock" },
      { port: 6379, socket: "host-6379.sock" }
    ])
    assert.deepStrictEqual(servicePorts(policy({ mode: "none", host_services: ["5432"] })), [])
  })
})

/** Ten ordinary jobs, by the hosts that their tools ask for. */
const jobs: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ["npm ci", ["registry.npmjs.org"]],
  ["yarn install with corepack", ["registry.yarnpkg.com", "repo.yarnpkg.com", "registry.npmjs.org"]],
  ["pip install", ["pypi.org", "files.pythonhosted.org"]],
  ["uv python install", ["github.com", "release-assets.githubusercontent.com", "pypi.org"]],
  ["cargo build", ["index.crates.io", "static.crates.io", "github.com"]],
  ["rustup update", ["static.rust-lang.org"]],
  ["go mod download", ["proxy.golang.org", "sum.golang.org"]],
  ["git clone over https and over ssh", ["github.com", "github.com:22", "gitlab.com", "gitlab.com:22"]],
  ["mvn package", ["repo.maven.apache.org", "repo1.maven.org"]],
  ["apt-get install", ["deb.debian.org:80", "security.debian.org:80"]]
]

describe("ordinary work", () => {
  it.each(jobs)("%s needs no click", (_, hosts) => {
    const refused = hosts.filter((host) => {
      const [name = "", port = "443"] = host.split(":")
      return ask(policy(), name, Number(port)) !== "allowed"
    })
    assert.deepStrictEqual(refused, [])
  })
})
