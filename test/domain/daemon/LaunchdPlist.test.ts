/** The agent's file, read by Python's parser of such files, which forgives nothing that is no XML. */
import { execFileSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { plistOf } from "../../../src/domain/daemon/LaunchdPlist.ts"

const reader = "import json, plistlib, sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)"

const read = (plist: string): unknown =>
  JSON.parse(execFileSync("python3", ["-c", reader], { input: plist, encoding: "utf8" }))

describe("the launchd agent", () => {
  it("is read back as it was meant, whatever is in paths, names and values", () => {
    const service = {
      command: ["/a & b/<node>", `/c "d" 'e' ]]> &amp; 100%/loop`, "serve"],
      environment: {
        "A<B>&amp;": "1",
        DOCKER_HOST: "unix:///r?a=1&b=<2>",
        PATH: "/opt/homebrew/bin:/Users/zoë/.local/bin:/usr/bin"
      },
      log: "/Users/zoë/Logs & more/loop.log"
    } as const
    assert.deepStrictEqual(read(plistOf(service)), {
      Label: "com.loop.agent",
      ProgramArguments: [...service.command],
      EnvironmentVariables: { ...service.environment },
      RunAtLoad: true,
      KeepAlive: true,
      ThrottleInterval: 1,
      ExitTimeOut: 30,
      StandardOutPath: service.log,
      StandardErrorPath: service.log
    })
  })
})
