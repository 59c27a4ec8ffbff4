/** The boxes: their wall, their size, and what is in them. */
import { Schema } from "effect"
import { key, late } from "../key.ts"
import { Mcp, Network, TaskTemplate } from "../parts.ts"
import * as V from "../values.ts"

const restart = { restart: true }

export const boxKeys = {
  sandbox: key(
    Schema.Literals(["auto", "docker", "bubblewrap"]),
    "auto",
    "The box's wall. `auto`: docker, else bubblewrap; found out at the first start and kept.",
    restart
  ),
  docker_host: late(V.Text, "The engine's address, such as `unix:///run/docker.sock`.", {
    shownDefault: "`DOCKER_HOST`, else the default socket",
    restart: true
  }),
  container_relay: key(
    Schema.Literals(["auto", "socket", "exec"]),
    "auto",
    "How a new box reaches the server: `socket`, mounted; `exec`, over a stream of the engine's, for engines that cannot mount one. `auto`: tried once per engine."
  ),
  container_image: key(
    Schema.NonEmptyString.annotate({ title: "text" }),
    "loop-agent:latest",
    "Image of the boxes; built when it is missing."
  ),
  container_base_image: key(
    Schema.NonEmptyString.annotate({ title: "text" }),
    "debian:bookworm-slim",
    "What the image is built on; `name@sha256:…` pins it, and nothing is taken in its place."
  ),
  container_memory_mb: key(V.AmountOrZero, 2048, "Memory of one box in MiB; 0 is no limit."),
  container_cpus: key(V.AmountOrZero, 2, "CPUs of one box; 0 is no limit."),
  container_pids: key(V.CountOrZero, 512, "Processes in one box; 0 is no limit."),
  container_timeout_sec: key(V.Seconds, 3600, "Longest run. Per channel too."),
  container_keep_alive_sec: key(
    V.SecondsOrZero,
    300,
    "How long an idle agent process is kept; 0 closes it after each turn."
  ),
  max_concurrent_runs: key(V.Count, 8, "Runs at a time over all channels; the rest wait, visibly."),
  max_kept_processes: late(V.Count, "Agent processes at a time, idle and busy together.", {
    shownDefault: "`max_concurrent_runs`"
  }),
  network: key(
    Network.annotate({ title: "`none`, `allowlist`, `open`, or an object" }),
    {},
    "What a box can reach: `{mode, allow, host_services, read_only_public}`, or the mode alone; see “What agents can reach”. Per channel too, where `allow` and `host_services` add to these.",
    { shownDefault: "`allowlist`" }
  ),
  mounts: key(
    Schema.Array(V.MountText).annotate({ title: "list of `source:target[:ro]`" }),
    [],
    "Host directories, or named volumes, in the box. `~/` is your home on the left, the box's own on the right. What cannot be mounted: see “What agents can see”."
  ),
  mount_roots: key(
    Schema.Array(V.MountRootText).annotate({ title: "list of `path[:ro]`" }),
    [],
    "Where owners of a channel may mount from (`mounts` of the channel, and of a project file that they approved): directories, and named volumes."
  ),
  allow_engine_socket: key(
    V.Flag,
    false,
    "Allows the container engine's socket in `mounts`. Whoever has it is root on this machine."
  ),
  share_claude_home: key(
    V.Flag,
    false,
    "Whether boxes have your own `~/.claude`, writable, in place of one per channel. Hooks that an agent leaves there run on this machine."
  ),
  copy_files: key(
    V.Texts,
    [],
    "Host files and directories of which boxes get copies. What lies in your home is put into the channel's home, and again when it has changed here; another file is at the same path in each box, fresh each time. Nothing secret: the agent can read them."
  ),
  envs: key(V.Envs, {}, "Variables in the box; `~/` at a value's start is the box's home. Not for secrets."),
  mcp: key(Mcp, {}, "Tools of your own."),
  task_templates: key(
    Schema.Array(TaskTemplate).annotate({ title: "list of templates" }),
    [],
    "Ready-made tasks: `{name, description, schedule, type, prompt or prompt_path, pre_run, auto_delete_sec}`; `pre_run` is a gate command."
  )
}
