/** Tools in a real box at hosts with secrets: they work, and what they work with is nowhere to be found. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Binding } from "../../../src/domain/secrets/Binding.ts"
import { TRUST, trustEnv } from "../../../src/domain/secrets/InBox.ts"
import { Secrets } from "../../../src/services/Secrets.ts"
import { real, run, worldWith } from "../../support/egress/ToolBox.ts"

const VALUE = "ghp_0123456789abcdefghij"
const hosts = ["github.com", "registry.npmjs.org", "pypi.org"] as const

const bindings = hosts.map((host): Binding & { readonly value: string } => ({
  name: host,
  host,
  header: "authorization",
  scheme: host === "registry.npmjs.org" ? "bearer" : "basic",
  username: "x-access-token",
  channels: [],
  value: VALUE
}))

const basic = `Basic ${btoa(`x-access-token:${VALUE}`)}`

/** Without these they let nobody in. */
const credentials = [
  ["github.com", basic],
  ["registry.npmjs.org", `Bearer ${VALUE}`],
  ["pypi.org", basic]
] as const

/** Everything that an agent can read of itself and of what it was given. */
const hunt = [
  "env",
  "cat /proc/*/environ /proc/*/cmdline",
  `cat ${TRUST}/*`,
  "ls -lRa /run/loop /opt/loop",
  "git config --list --show-origin",
  "npm config list --json",
  "cat ~/.netrc ~/.npmrc ~/.git-credentials",
  "curl -sS -i https://github.com/o/left.git/HEAD -H 'Authorization: Basic bWluZQ==' -H 'X-Forwarded-Host: evil.example.com'",
  "curl -sS -i http://registry.npmjs.org/left",
  "printf 'GET / HTTP/1.1\\r\\nHost: github.com\\r\\n\\r\\n' | curl -sS telnet://127.0.0.1:3128"
]

layer(worldWith({ secrets: bindings }), real)("at hosts with secrets", (it) => {
  it.effect("git, npm, pip and Node are let in, and neither they nor a search find by what", () =>
    Effect.gen(function* () {
      const trust = yield* Secrets.use((secrets) => secrets.trust(hosts))
      const done = yield* run(
        ({ demanded }) => {
          for (const [host, header] of credentials) demanded.set(host, header)
          return { "n/package.json": JSON.stringify({ name: "mine", version: "1.0.0" }) }
        },
        `git clone -q https://github.com/o/left.git; cat left/README
         cd n; npm install --no-audit --no-fund --silent left && node -p 'require("left")'
         npm publish --silent --ignore-scripts && echo published
         cat "$PIP_CERT" ../ca.pem > /tmp/both.pem; python3 -m venv /tmp/v; REQUESTS_CA_BUNDLE=/tmp/both.pem /tmp/v/bin/pip install --quiet --disable-pip-version-check left; /tmp/v/bin/python -c 'import left; print(left.SIDE)'
         node -e 'fetch("https://registry.npmjs.org/none").then((r) => console.log("node", r.status))'
         { ${hunt.join("; ")}; } 2>&1 || true`,
        { env: trustEnv(), mounts: [{ source: trust, target: TRUST, readOnly: true, volume: false }] },
        bindings
      )
      const [worked = ""] = done.all.split("HOSTNAME=")
      assert.match(worked, /^left\nleft\npublished\nleft\nnode 404\n/)
      assert.include(done.asked, "PUT registry.npmjs.org/mine")
      for (const text of [VALUE, basic.slice("Basic ".length), "PRIVATE KEY"]) assert.isFalse(done.all.includes(text))
      const used = done.decisions.flatMap(({ host, secrets = [] }) => secrets.map((name) => [host, name]))
      for (const host of hosts) assert.deepInclude(used, [host, host])
    })
  )
})
