/** The unit, read by systemd's own parser. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { environmentOf, faultOf, type Service } from "../../../src/domain/daemon/Service.ts"
import { endingTurns, lingersByLoop, unitOf } from "../../../src/domain/daemon/SystemdUnit.ts"

const dir = mkdtempSync(join(tmpdir(), "loop-unit-"))
afterAll(() => rmSync(dir, { recursive: true }))

const odd = join(dir, "we ird $HOME 100%h")
mkdirSync(odd)
const node = join(odd, "node")
symlinkSync(process.execPath, node)

const service: Service = {
  command: [node, String.raw`/a "b" $HOME ${"${X}"} %h \n 'c'/bin/loop`, "serve"],
  environment: {
    HTTP_PROXY: String.raw`http://us%20er:"p\w$1'@proxy:3128`,
    PATH: "/home/me/.local/bin:/opt/my tools/bin:/usr/bin"
  },
  log: String.raw`${odd}/loop "new" \ %n.log`
}

/** What systemd-analyze has to say about it. */
const verify = (unit: string) => {
  const path = join(dir, "loop.service")
  writeFileSync(path, unit)
  const env = { ...process.env, XDG_RUNTIME_DIR: dir }
  const { status, stderr } = spawnSync("systemd-analyze", ["--user", "verify", path], { encoding: "utf8", env })
  return { status, said: stderr }
}

const valueOf = (unit: string, key: string) =>
  unit.split("\n").flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []))

describe("the systemd unit", () => {
  it.each([
    { notifies: true, lingers: true },
    { notifies: false, lingers: false }
  ])("has nothing that systemd complains of, with paths and values of any kind (%j)", (options) => {
    assert.deepStrictEqual(verify(unitOf(service, options)), { status: 0, said: "" })
  })

  it("would be complained of with a plain percent sign or an unknown key", () => {
    const unit = unitOf(service, { notifies: true, lingers: false })
    assert.include(verify(unit.replace("100%%h", "100%z")).said, "Failed to resolve unit specifiers")
    assert.include(verify(unit.replace("RestartSec=", "RestrtSec=")).said, "Unknown key")
  })

  it("says everything so that systemd reads it as it was", () => {
    const unit = unitOf(service, { notifies: true, lingers: false })
    assert.deepStrictEqual(valueOf(unit, "ExecStart"), [
      String.raw`"${odd.replace("%", "%%")}/node" "/a \"b\" $$HOME $${"${X}"} %%h \\n 'c'/bin/loop" "serve"`
    ])
    assert.deepStrictEqual(valueOf(unit, "Environment"), [
      String.raw`"HTTP_PROXY=http://us%%20er:\"p\\w$1'@proxy:3128"`,
      `"PATH=/home/me/.local/bin:/opt/my tools/bin:/usr/bin"`
    ])
    for (const key of ["StandardOutput", "StandardError"]) {
      assert.deepStrictEqual(valueOf(unit, key), [`append:${service.log.replaceAll("%", "%%")}`], key)
    }
  })

  it("is started again a second after each end, however often", () => {
    const unit = unitOf(service, { notifies: true, lingers: false })
    assert.deepStrictEqual(
      ["Restart", "RestartSec", "StartLimitIntervalSec", "WantedBy"].map((key) => valueOf(unit, key)[0]),
      ["always", "1", "0", "default.target"]
    )
  })

  it("is ready when it says so and has to go on giving signs of life, only where it can say them", () => {
    const unit = unitOf(service, { notifies: true, lingers: false })
    assert.deepStrictEqual(
      ["Type", "NotifyAccess", "WatchdogSec", "WatchdogSignal"].map((key) => valueOf(unit, key)[0]),
      ["notify", "all", "90", "SIGKILL"]
    )
    const mute = unitOf(service, { notifies: false, lingers: false })
    assert.deepStrictEqual(
      ["Type", "NotifyAccess", "WatchdogSec"].map((key) => valueOf(mute, key)[0]),
      ["exec", undefined, undefined]
    )
  })

  it("is given the time that a first start and an end in order take", () => {
    const unit = unitOf(service, { notifies: true, lingers: false })
    assert.deepStrictEqual(
      ["TimeoutStartSec", "TimeoutStopSec"].map((key) => valueOf(unit, key)[0]),
      ["15min", "30"]
    )
  })

  it("leaves running turns to the next server, and before loop daemon:stop is changed to end them", () => {
    const unit = unitOf(service, { notifies: true, lingers: false })
    // The server alone is asked to end: an agent beside it would die of the signal.
    assert.deepStrictEqual(valueOf(unit, "KillMode"), ["mixed"])
    assert.deepStrictEqual(valueOf(unit, "KillSignal"), ["SIGTERM"])
    assert.deepStrictEqual(valueOf(endingTurns(unit), "KillSignal"), ["SIGINT"])
    assert.deepStrictEqual(verify(endingTurns(unit)), { status: 0, said: "" })
  })

  it("remembers whether lingering is Loop's doing", () => {
    assert.isTrue(lingersByLoop(unitOf(service, { notifies: true, lingers: true })))
    assert.isFalse(lingersByLoop(unitOf(service, { notifies: true, lingers: false })))
  })
})

describe("a service", () => {
  it("gets the shell's own PATH and proxies, sorted, and nothing secret", () => {
    const env = {
      no_proxy: "localhost",
      PATH: "/home/me/.local/bin::./node_modules/.bin:/usr/bin",
      HTTPS_PROXY: "http://proxy:3128",
      DOCKER_HOST: "unix:///run/user/1000/docker.sock",
      ANTHROPIC_API_KEY: "sk-ant-secret",
      LOOP_API_TOKEN: "t",
      HTTP_PROXY: "",
      EDITOR: "vi"
    }
    assert.deepStrictEqual(Object.entries(environmentOf(env)), [
      ["DOCKER_HOST", "unix:///run/user/1000/docker.sock"],
      ["HTTPS_PROXY", "http://proxy:3128"],
      ["PATH", "/home/me/.local/bin:/usr/bin"],
      ["no_proxy", "localhost"]
    ])
  })

  it.each([
    [{ environment: { DOCKER_HOST: "unix://a\nExecStartPre=/bin/evil" } }, /^DOCKER_HOST has a control character/],
    [{ log: "/a\u001bb" }, /^log_file has a control character/],
    [{ log: "/a\u007fb" }, /^log_file has a control character/],
    [{ log: "/a/b\\" }, /^log_file ends with/],
    [{ log: "/a/b " }, /^log_file ends with/],
    [{ command: ["/a\nb/node", "serve"] }, /^The path "\/a\\nb\/node" has a control character/],
    [{ command: ["/node", "/a\tb/loop"] }, /^The path "\/a\\tb\/loop" has a control character/],
    [{ command: [`/a"b/node`, "serve"] }, /^systemd runs no program whose path has quotes/],
    [{ command: ["/a'b/node", "serve"] }, /^systemd runs no program whose path has quotes/],
    [{ command: [String.raw`/a\b/node`, "serve"] }, /^systemd runs no program whose path has quotes/]
  ] as const)("that cannot be written down is refused: %j", (wrong, sentence) => {
    assert.match(faultOf({ ...service, ...wrong } as Service) ?? "", sentence)
    assert.isUndefined(faultOf(service))
  })
})

it("systemd-analyze is the real one", () => {
  assert.match(execFileSync("systemd-analyze", ["--version"], { encoding: "utf8" }), /^systemd \d+/)
})
