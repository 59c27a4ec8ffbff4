import { assert, describe, it } from "@effect/vitest"
import { ChannelId, ProcessId } from "../../../src/domain/Ids.ts"
import { boxUser, passwd } from "../../../src/layers/sandbox/BoxUser.ts"
import { type BoxFacts, boxMounts, containerName, createOptions } from "../../../src/layers/sandbox/DockerSpec.ts"
import { relayUser } from "../../../src/layers/sandbox/ExecRelay.ts"
import type { BoxSpec, Mount } from "../../../src/services/Sandbox.ts"

const spec: BoxSpec = {
  processId: ProcessId.make("0a1b2c3d"),
  channelId: ChannelId.make("local:abc"),
  title: "My Project",
  image: "loop-agent:latest",
  argv: ["claude"],
  env: { HOME: "/elsewhere", EDITOR: "ed" },
  workDir: "/srv/project",
  home: "/l/channels/c/home",
  socketDir: "/l/run/0a1b2c3d",
  mounts: [],
  copyFiles: [],
  limits: { memoryMb: 4096, cpus: 1.5, pids: 100 },
  forwards: [],
  timezone: "Asia/Tokyo",
  configHash: "h"
}
const facts: BoxFacts = {
  installId: "install",
  user: { uid: 1000, gid: 100 },
  engine: { id: "", rootless: false, remapsUsers: false, selinux: false },
  workDir: "/srv/project",
  files: [],
  excludes: undefined,
  excludesEnv: {},
  groups: [],
  orphanSec: 600,
  transport: "socket"
}
const bind = (source: string, target: string, readOnly = false): Mount => ({ source, target, readOnly, volume: false })

describe("container name", () => {
  it.each([
    ["My Project", "loop-my-project-0a1b2c"],
    ["__weird..name__", "loop-weird-name-0a1b2c"],
    ["日本", "loop-box-0a1b2c"],
    [`${"a".repeat(39)}-${"b".repeat(9)}`, `loop-${"a".repeat(39)}-0a1b2c`]
  ])("of %s is %s", (title, name) => {
    assert.strictEqual(containerName(title, "0a1b2c3d"), name)
  })
})

describe("a container", () => {
  it("has no capability, no route, a read-only root and the limits that were asked for", () => {
    const { HostConfig: host, User: user } = createOptions(spec, facts)
    assert.strictEqual(user, "1000:100")
    assert.deepInclude(host, {
      Init: true,
      AutoRemove: false,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      NetworkMode: "none",
      Memory: 4096 * 1024 * 1024,
      MemorySwap: 4096 * 1024 * 1024,
      CpuQuota: 150_000,
      PidsLimit: 100,
      Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
      LogConfig: { Type: "json-file", Config: { "max-size": "64m", "max-file": "3" } }
    })
    for (const place of ["/tmp", "/var/tmp"]) assert.match(host?.Tmpfs?.[place] ?? "", /nosuid,nodev/)
  })

  it("can write where it was given that right alone", () => {
    const mounts = [bind("/data", "/data"), bind("/kept", "/kept", true)]
    const { HostConfig: host } = createOptions({ ...spec, mounts }, { ...facts, excludes: "/home/me/.ignore" })
    assert.deepStrictEqual(Object.fromEntries(host?.Mounts?.map(({ ReadOnly, Target }) => [Target, ReadOnly]) ?? []), {
      "/home/me/.ignore": true,
      "/data": false,
      "/kept": true,
      "/l/channels/c/home": false,
      "/srv/project": false,
      "/run/loop": true
    })
  })

  it("has no limits where they are 0", () => {
    const open = createOptions({ ...spec, limits: { memoryMb: 0, cpus: 0, pids: 0 } }, facts)
    assert.doesNotHaveAnyKeys(open.HostConfig, ["Memory", "MemorySwap", "CpuQuota", "PidsLimit"])
  })

  it("is told which of its ports lead to sockets, and has no network for all that", () => {
    const forwards = [
      { port: 3128, socket: "egress.sock" },
      { port: 5432, socket: "host-5432.sock" }
    ]
    const { Env: env, HostConfig: host } = createOptions({ ...spec, forwards }, facts)
    assert.include(env ?? [], "LOOP_FORWARDS=3128:egress.sock 5432:host-5432.sock")
    assert.strictEqual(host?.NetworkMode, "none")
  })

  it("has a place of its own for a relay's sockets where they cannot be mounted, which its user cannot write to", () => {
    const forwards = [{ port: 3128, socket: "egress.sock" }]
    const {
      Env: env,
      HostConfig: host,
      Labels: labels
    } = createOptions({ ...spec, forwards, mounts: [bind("/y", "/run/loop")] }, { ...facts, transport: "exec" })
    assert.notInclude(host?.Mounts?.map(({ Target }) => Target) ?? [], "/run/loop")
    assert.match(host?.Tmpfs?.["/run/loop"] ?? "", /^rw,noexec,nosuid,nodev,size=1m,mode=0755,uid=64310,gid=64310$/)
    assert.strictEqual(labels?.["loop.sockets"], "egress.sock model.sock")
    assert.include(env ?? [], "LOOP_AWAIT=/run/loop/model.sock")
    assert.notDeepEqual(relayUser({ uid: 64_310, gid: 64_310 }), { uid: 64_310, gid: 64_310 })
  })

  it("has its own user on the host also under an engine that maps users, and ordinary files under one that labels them", () => {
    const { HostConfig: host } = createOptions(spec, {
      ...facts,
      engine: { id: "", rootless: false, remapsUsers: true, selinux: true }
    })
    assert.deepInclude(host, { UsernsMode: "host", SecurityOpt: ["no-new-privileges", "label=disable"] })
  })

  it("keeps its own HOME whatever the variables say, and tells root that it is in a sandbox", () => {
    const env = createOptions(spec, { ...facts, user: { uid: 0, gid: 0 } }).Env ?? []
    assert.includeMembers(env, ["HOME=/l/channels/c/home", "EDITOR=ed", "TZ=Asia/Tokyo", "IS_SANDBOX=1"])
    assert.notInclude(env, "HOME=/elsewhere")
  })

  it("takes its own places for itself, and a configured mount before a copied file", () => {
    const mounts = boxMounts(
      { ...spec, mounts: [bind("/data", "/srv/project"), bind("/x", "/f"), bind("/y", "/run/loop")] },
      {
        workDir: "/real/project",
        files: [bind("/copy", "/f")],
        excludes: "/home/me/.ignore",
        transport: "socket"
      }
    )
    const sources = Object.fromEntries(mounts.map((mount) => [mount.target, mount.source]))
    assert.deepStrictEqual(sources, {
      "/f": "/x",
      "/home/me/.ignore": "/home/me/.ignore",
      "/srv/project": "/real/project",
      "/l/channels/c/home": "/l/channels/c/home",
      "/run/loop": "/l/run/0a1b2c3d"
    })
    assert.isTrue(mounts.find((mount) => mount.target === "/run/loop")?.readOnly)
  })
})

describe("the user of a box", () => {
  const caller = { uid: 1000, gid: 100 }
  const root = { uid: 0, gid: 0 }
  const owner = { uid: 33, gid: 33 }

  it("is the caller, or for root the owner of the work", () => {
    assert.deepStrictEqual(boxUser({ rootless: false, caller, workOwner: owner }), caller)
    assert.deepStrictEqual(boxUser({ rootless: false, caller: root, workOwner: owner }), owner)
    assert.deepStrictEqual(boxUser({ rootless: false, caller: root, workOwner: root }), root)
  })

  it("is root under an engine that is itself the caller's", () => {
    assert.deepStrictEqual(boxUser({ rootless: true, caller, workOwner: owner }), root)
  })

  it("has an entry in the table of users", () => {
    assert.include(passwd(caller, "/h"), "agent:x:1000:100:agent:/h:/bin/bash\n")
    assert.notInclude(passwd(root, "/h"), "agent")
  })
})
