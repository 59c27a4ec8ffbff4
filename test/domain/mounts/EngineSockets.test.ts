import { assert, it } from "@effect/vitest"
import { engineSockets } from "../../../src/domain/mounts/EngineSockets.ts"

it("Engines are known where they listen: as root, as a user, in a home, and where the configuration says", () => {
  const known = engineSockets("unix:///opt/engine.sock", "/home/ada", 1000)
  assert.includeMembers(
    [...known],
    [
      "/opt/engine.sock",
      "/var/run/docker.sock",
      "/run/docker.sock",
      "/run/containerd/containerd.sock",
      "/run/podman/podman.sock",
      "/run/crio/crio.sock",
      "/run/user/1000/docker.sock",
      "/run/user/1000/podman/podman.sock",
      "/home/ada/.docker/run/docker.sock",
      "/home/ada/.docker/desktop/docker.sock",
      "/home/ada/.colima/default/docker.sock"
    ]
  )
  assert.isFalse(engineSockets("tcp://10.0.0.1:2375", "/home/ada").some((path) => /tcp|\/run\/user\//.test(path)))
})
