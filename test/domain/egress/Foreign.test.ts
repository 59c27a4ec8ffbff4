/** No word of a configuration, a project or a channel puts a box into a network: neither the host's nor another container's. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { decodeConfig, mergeProject } from "../../../src/domain/Config.ts"
import { SettingsPatch } from "../../../src/domain/SettingsPatch.ts"

const env = { HOME: "/home/ada", LOOP_HOME: "/home/ada/.loop" }
const networks = ["container:0a1b2c3d", "CONTAINER:x", "host", "bridge", "default", "ns:/proc/1/ns/net", "service:db"]
const keys = [
  "network_mode",
  "networks",
  "container_network",
  "container_args",
  "docker_args",
  "docker_options",
  "pid",
  "ipc"
]
const isWrong = (config: unknown) => Result.isFailure(decodeConfig(JSON.stringify(config), env, "UTC"))
const global = Result.getOrThrow(decodeConfig("{}", env, "UTC")).config
const patch = Schema.decodeUnknownResult(SettingsPatch, { onExcessProperty: "error" })

describe("a network of a container's own", () => {
  it.each(networks)("cannot be configured as %s, nor given to a channel, nor asked for by a project", (network) => {
    for (const value of [network, { mode: network }]) {
      assert.isTrue(isWrong({ network: value }))
      assert.isTrue(Result.isFailure(patch({ network: value })))
      const { asked, config } = mergeProject(global, JSON.stringify({ network: value }), "/work/site", env)
      assert.deepStrictEqual(config.network, global.network)
      assert.notInclude(JSON.stringify(asked), network)
    }
  })

  it.each(keys)("has no key %s", (key) => {
    assert.isTrue(isWrong({ [key]: "container:0a1b2c3d" }))
    assert.isTrue(Result.isFailure(patch({ [key]: "container:0a1b2c3d" })))
  })

  it("is no network where it stands for what is allowed", () => {
    assert.isFalse(isWrong({ network: { mode: "open" } }))
    assert.isTrue(Result.isSuccess(patch({ network: "none" })))
  })
})
