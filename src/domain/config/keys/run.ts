/** How messages are worked on, and who may do what. */
import { Schema } from "effect"
import { BusyMode, PermissionMode, ThreadWorkdir, UnattendedPermissions } from "../../Channel.ts"
import { key } from "../key.ts"
import { Hooks, Memory, Permissions } from "../parts.ts"
import { Fingerprint, Secret } from "../secrets.ts"
import * as V from "../values.ts"

export const runKeys = {
  busy: key(
    BusyMode,
    "queue",
    "What a message does while its channel works: `queue`, `steer`, `collect`, `interrupt`. Per channel too."
  ),
  permission_mode: key(
    PermissionMode,
    "bypass",
    "`bypass` (the box is the limit), `ask` (tools outside `allowed_tools` need a click), `plan`. Per channel too."
  ),
  allowed_tools: key(V.Texts, [], "Tools that need no click with `ask`. Per channel too."),
  unattended_permissions: key(
    UnattendedPermissions,
    "deny",
    "Runs of tasks and webhooks with `ask`: what is not in `allowed_tools` is denied at once, and said (`deny`); what a rule of the channel allows may be used, too (`allow_listed`); people are asked as anywhere (`ask`). Per channel too."
  ),
  approval_timeout_sec: key(V.Seconds, 900, "No answer to a question in this time means no."),
  thread_workdir: key(
    ThreadWorkdir,
    "shared",
    "A thread works in its parent's directory (`shared`) or in a git worktree of its own. Per channel too."
  ),
  poll_interval_sec: key(V.Seconds, 30, "How often, at the least, the scheduler looks for due tasks."),
  hooks: key(
    Hooks.annotate({ title: "map of name to webhook" }),
    {},
    "Webhooks at `/api/hooks/<name>`: `{channel, secret, template, signature, events, calls_per_minute}`; see “Webhooks”."
  ),
  secrets: key(
    Schema.Array(Secret).annotate({ title: "list of secrets" }),
    [],
    "Credentials that are added outside of the box to what it sends to one host: `{name, host, header, scheme, username, channels}` and one of `value`, `env`, `file`, `command`; see “Secrets”."
  ),
  ssh_agent_keys: key(
    Schema.Array(Fingerprint).annotate({ title: "list of text" }),
    [],
    'Keys of this machine\'s ssh-agent that channels with `ssh_agent: true` may have signed with: fingerprints as `ssh-add -l` shows them, or `"*"`.'
  ),
  memory: key(Memory, {}, "Memory over your notes."),
  permissions: key(Permissions, {}, "Who may do what. Nobody named: see the README.")
}
