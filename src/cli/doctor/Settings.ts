/** The doctor looks at what the configuration says. */
import { Effect } from "effect"
import { inviteLink } from "../../domain/chat/Invite.ts"
import type { NetworkPolicy } from "../../domain/Channel.ts"
import { warnings } from "../../domain/mounts/Warnings.ts"
import { Settings } from "../../services/Settings.ts"
import { type Finding, ok, warn } from "../../domain/Finding.ts"

const network = ({ allow, host_services, mode }: NetworkPolicy): Finding => {
  const services = host_services.length === 0 ? "" : `, and this machine's ports ${host_services.join(", ")}`
  switch (mode) {
    case "open":
      return warn(
        "network",
        `open: agents reach any host of the internet${services}`,
        "Set network to none or allowlist unless that is meant."
      )
    case "none":
      return ok("network", "none: agents reach nothing but the model's socket")
    case "allowlist":
      return ok(
        "network",
        `allowlist: agents reach package registries, git forges and ${allow.length === 0 ? "nothing else" : allow.join(", ")}${services}`
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
  if (config.discord_app_id !== "") {
    findings.push(ok("invite", `For Discord: ${inviteLink(config.discord_app_id, config.discord_guild_id)}`))
  }
  findings.push(network(config.network))
  for (const warning of warnings(config)) findings.push(warn("mounts", warning))
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
