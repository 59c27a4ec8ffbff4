import { assert, describe, it } from "@effect/vitest"
import { type Asked, copyRefusal, type Ground, refusal, workRefusal } from "../../../src/domain/mounts/Authority.ts"

const ground: Ground = {
  home: "/home/ada",
  loopHome: "/home/ada/.loop",
  engineSockets: ["/run/docker.sock"],
  allowEngineSocket: false,
  shareClaudeHome: false,
  roots: [
    { path: "/srv/data", readOnly: false },
    { path: "/srv/refs", readOnly: true }
  ],
  others: ["/srv/data/others"],
  writable: ["/srv/data/others", "/srv/shared", "/home/ada/site"]
}

const asked = (real: string, over: Partial<Asked> = {}): Asked => ({
  source: real,
  real,
  readOnly: false,
  by: "operator",
  engine: false,
  ...over
})

const engine = { engine: true }
const owner = { by: "owner" } as const
const readOnly = { readOnly: true }

describe("a mount", () => {
  it.each([
    ["/home/ada/src", {}],
    ["/opt/tools", {}],
    ["/etc/ssl/certs", readOnly],
    ["/etcetera", {}],
    ["/home/adam", {}],
    ["/home/ada/.looping", {}],
    // A place that agents can write in, itself: its own parents are not theirs.
    ["/srv/shared", {}],
    ["/home/ada/.claude/skills", readOnly],
    ["/srv/data", owner],
    ["/srv/data/x/y", owner],
    ["/srv/refs/x", { ...owner, ...readOnly }]
  ] as const)("of %s is had %o", (real, over) => {
    const open = { ...ground, others: [] }
    assert.isUndefined(refusal(asked(real, over), real === "/srv/data" ? open : ground))
  })

  it.each([
    ["/", {}, "whole machine"],
    ["/etc", readOnly, "secrets"],
    ["/home/ada", readOnly, "whole home"],
    ["/home", readOnly, "whole home"],
    ["/home/ada/.loop", readOnly, "LOOP_HOME"],
    ["/home/ada/.loop/channels/x/work", {}, "LOOP_HOME"],
    ["/run", {}, "the container engine's socket lies in it (/run/docker.sock)"],
    ["/run/docker.sock", engine, "allow_engine_socket"],
    // Under another name it is the same socket.
    ["/opt/tools/d.sock", engine, "allow_engine_socket"],
    ["/home/ada/.claude", readOnly, "share_claude_home"],
    ["/home/ada/.claude/skills", {}, "share_claude_home"],
    ["/home/ada/.claude/.credentials.json", readOnly, "share_claude_home"],
    ["/srv/data/others", readOnly, "another channel works there"],
    ["/srv/data/others/src", readOnly, "another channel works there"],
    ["/srv", readOnly, "another channel works there"],
    ["/srv/shared/x", readOnly, "agents can write in /srv/shared"],
    ["/home/ada/site/data", {}, "agents can write in /home/ada/site"],
    ["/opt/tools", owner, "mount_roots"],
    ["/srv/database", owner, "mount_roots"],
    ["/srv/refs/x", owner, ":ro"]
  ] as const)("of %s is refused %o: %s", (real, over, why) => {
    assert.include(refusal(asked(real, over), ground) ?? "it is had", why)
  })

  it("of what holds LOOP_HOME is refused wherever that is", () => {
    const elsewhere = { ...ground, loopHome: "/var/lib/loop/home" }
    for (const real of ["/var/lib", "/var/lib/loop", "/var/lib/loop/home", "/var/lib/loop/home/x"]) {
      assert.include(refusal(asked(real, readOnly), elsewhere), "LOOP_HOME", real)
    }
    assert.isUndefined(refusal(asked("/var/lib/loops"), elsewhere))
  })

  it("of the engine's socket is the operator's alone to allow, and never by way of its directory", () => {
    const allowed = { ...ground, allowEngineSocket: true, roots: [{ path: "/run", readOnly: false }] }
    assert.isUndefined(refusal(asked("/run/docker.sock", engine), allowed))
    assert.include(refusal(asked("/run/docker.sock", { ...engine, ...owner }), allowed), "only the operator")
    assert.include(refusal(asked("/run"), allowed), "lies in it")
  })

  it("of ~/.claude is there with the setting that names it, for the operator", () => {
    const shared = { ...ground, shareClaudeHome: true, roots: [{ path: "/home/ada/.claude", readOnly: false }] }
    assert.isUndefined(refusal(asked("/home/ada/.claude"), shared))
    assert.include(refusal(asked("/home/ada/.claude", owner), shared), "hooks")
  })
})

describe("a copy", () => {
  it.each([
    ["/home/ada/.gitconfig", {}, undefined],
    ["/home/ada/.claude/settings.json", {}, undefined],
    ["/srv/refs/x", owner, undefined],
    ["/home/ada/.claude/.credentials.json", {}, "keys stay outside"],
    ["/home/ada/.loop/token", {}, "LOOP_HOME"],
    ["/run/docker.sock", engine, "only files"],
    ["/home/ada/.ssh/id_ed25519", owner, "mount_roots"],
    ["/srv/data/others/x", {}, "another channel"]
  ] as const)("of %s %o: %s", (real, over, why) => {
    const found = copyRefusal(asked(real, over), ground)
    if (why === undefined) assert.isUndefined(found)
    else assert.include(found, why)
  })
})

describe("a work directory", () => {
  it.each(["/", "/etc", "/home", "/home/ada", "/home/ada/.loop", "/home/ada/.loop/channels"])("is not %s", (real) => {
    assert.isString(workRefusal(real, ground))
  })
  it.each(["/srv/site", "/home/ada/site", "/etc/nginx"])("may be %s", (real) => {
    assert.isUndefined(workRefusal(real, ground))
  })
})
