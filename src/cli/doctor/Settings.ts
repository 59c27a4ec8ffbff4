/** The doctor looks at what the configuration says. */
import { Effect } from "effect"
import { Settings } from "../../services/Settings.ts"
import { type Finding, ok, warn } from "./Finding.ts"

const network = (mode: "none" | "allowlist" | "open"): Finding => {
  switch (mode) {
    case "open":
      return warn(
        "network",
        "open: agents reach the internet and whatever this machine can reach",
        "Set network to none or allowlist unless that is meant."
      )
    case "none":
      return ok("network", "none: agents reach nothing but the model's socket")
    case "allowlist":
      return ok(
        "network",
        "allowlist: for now this means the same as none, no network but the model's socket; the list is not used yet"
      )
  }
}

export const configured = Effect.gen(function* () {
  const { current, paths } = yield* Settings
  const config = yield* current
  const servers = Object.entries(config.mcp.servers).map(([name, { command }]) => `${name} (${command})`)
  const findings: Array<Finding> = [ok("config", `${paths.config} is fine`)]
  // The others are looked at where they are.
  if (config.platforms.includes("local")) findings.push(ok("platform", "local needs nothing"))
  findings.push(network(config.network.mode))
  if (servers.length > 0) {
    findings.push(
      warn(
        "mcp",
        `These commands must be in the agents' image: ${servers.join(", ")}`,
        `Install what is missing in ${paths.container}/setup.sh, then run: loop image build`
      )
    )
  }
  return findings
})
