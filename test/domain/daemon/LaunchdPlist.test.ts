/** The agent's file, read by a parser of such files. */
import { assert, describe, it } from "@effect/vitest"
import { parse } from "plist"
import { plistOf } from "../../../src/domain/daemon/LaunchdPlist.ts"

describe("the launchd agent", () => {
  it("is read back as it was meant, whatever is in paths and values", () => {
    const service = {
      command: ["/a & b/<node>", `/c "d" 'e' ]]> &amp; 100%/loop`, "serve"],
      environment: {
        "A<B": "1",
        DOCKER_HOST: "unix:///r?a=1&b=<2>",
        PATH: "/opt/homebrew/bin:/Users/zoë/.local/bin:/usr/bin"
      },
      log: "/Users/zoë/Logs & more/loop.log"
    } as const
    assert.deepStrictEqual(parse(plistOf(service)), {
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
