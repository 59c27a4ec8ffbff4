/** Where container engines listen: whoever can write to such a socket is root on this machine. */

const usual = [
  "/var/run/docker.sock",
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/podman/podman.sock",
  "/run/crio/crio.sock",
  "/run/buildkit/buildkitd.sock"
]

/** Below a user's home. */
const atHome = [
  ".docker/run/docker.sock",
  ".docker/desktop/docker.sock",
  ".colima/default/docker.sock",
  ".rd/docker.sock",
  ".orbstack/run/docker.sock",
  ".local/share/containers/podman/machine/podman.sock"
]

const atRuntime = ["docker.sock", "podman/podman.sock", "containerd/containerd.sock", "buildkit/buildkitd.sock"]

/** `dockerHost`: the engine's address as it is configured; `uid`: whose runtime directory is looked at, too. */
export const engineSockets = (dockerHost: string, home: string, uid?: number): ReadonlyArray<string> => [
  ...(dockerHost.startsWith("unix://") ? [dockerHost.slice("unix://".length)] : []),
  ...usual,
  ...atHome.map((name) => `${home}/${name}`),
  ...(uid === undefined ? [] : atRuntime.map((name) => `/run/user/${uid}/${name}`))
]
