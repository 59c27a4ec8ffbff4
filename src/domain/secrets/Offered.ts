/** Which keys of the host's ssh-agent a channel is offered: the operator's list, where an owner of the channel turned it on. */
import type { Channel } from "../Channel.ts"
import type { Config } from "../Config.ts"

export const sshKeysOf = (
  { ssh_agent_keys }: Pick<Config, "ssh_agent_keys">,
  channel: Pick<Channel, "settings">,
  root: Pick<Channel, "settings">
): ReadonlyArray<string> => ((channel.settings.ssh_agent ?? root.settings.ssh_agent) === true ? ssh_agent_keys : [])
