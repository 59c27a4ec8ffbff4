/** Which channel has which credential, and what is written down of its use. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Audit } from "../../src/services/Audit.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Journal } from "../../src/services/Journal.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking } from "../support/Scripts.ts"

const { asked, decide, ended, house, post, room, runs, settle } = House

const KEY = "SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
const keys = {
  secrets: [
    { name: "everywhere", host: "github.com", value: "0123456789" },
    { name: "here", host: "pypi.org", value: "0123456789", channels: ["local:room"] },
    { name: "there", host: "crates.io", value: "0123456789", channels: ["local:other"] }
  ],
  ssh_agent_keys: [KEY]
}

const working = (settings: Parameters<typeof room>[1]) =>
  Effect.gen(function* () {
    const outside = yield* Outside
    outside.when("work", asking())
    const here = yield* room("room", settings)
    yield* post(here, "work")
    const approval = yield* asked(here)
    const watch = outside.watches.get(approval.process_id)
    const spec = outside.processes().at(-1)?.spec.box
    return { here, approval, spec, watch: watch ?? assert.fail("nobody is told") }
  })

const used = Effect.fnUntraced(function* (run: Parameters<Journal["Service"]["ofRun"]>[0]) {
  const all = yield* Journal.use((journal) => journal.ofRun(run))
  return all.filter(({ type }) => type === "run.egress").map(({ data }) => data)
})

describe("A channel's credentials", () => {
  it.effect("are those of all channels and its own; its box trusts whom they need, and the run is told by name", () =>
    house(
      Effect.gen(function* () {
        const { approval, spec, watch } = yield* working({})
        const { secrets, sshKeys } = yield* watch.terms
        assert.deepStrictEqual([secrets.map(({ name }) => name), sshKeys], [["everywhere", "here"], []])
        assert.strictEqual(spec?.env["SSL_CERT_FILE"], "/opt/loop/trust/bundle.pem")
        assert.isTrue(spec?.mounts.some(({ readOnly, target }) => target === "/opt/loop/trust" && readOnly))
        assert.isUndefined(spec?.env["SSH_AUTH_SOCK"])
        assert.notInclude(JSON.stringify(spec), "0123456789")
        yield* watch.decided({ host: "pypi.org", port: 443, refusal: null, secrets: ["here"] })
        assert.deepStrictEqual(yield* used(approval.run_id), [
          { host: "pypi.org", port: 443, decision: "allowed", secret: "here" }
        ])
      }),
      keys
    )
  )

  it.effect(
    "have the ssh-agent where an owner turned it on; a signature is written down, and made for a run alone",
    () =>
      house(
        Effect.gen(function* () {
          const { approval, here, spec, watch } = yield* working({ ssh_agent: true })
          assert.strictEqual(spec?.env["SSH_AUTH_SOCK"], "/run/loop/ssh-agent.sock")
          assert.deepStrictEqual(spec?.sockets, ["ssh-agent.sock"])
          assert.deepStrictEqual((yield* watch.terms).sshKeys, [KEY])
          yield* watch.signing(KEY, 'a login as "git"')
          const data = { decision: "signed", key: KEY, purpose: 'a login as "git"' }
          assert.deepStrictEqual(yield* used(approval.run_id), [data])
          const [act] = yield* Audit.use((audit) => audit.list({ limit: 1 }))
          assert.deepInclude(act, { action: "ssh.sign", target: KEY, actor: approval.run_id, actor_kind: "run" })
          yield* decide(approval, "allow")
          yield* ended(here)
          yield* settle
          const late = yield* Effect.flip(watch.signing(KEY, "late"))
          assert.include(late.message, "No run is at work")
          yield* Channels.use((all) => all.patch(here.channel_id, { settings: { ssh_agent: false } }))
          assert.deepStrictEqual((yield* watch.terms).sshKeys, [])
          assert.strictEqual((yield* runs(here)).length, 1)
        }),
        keys
      )
  )
})
