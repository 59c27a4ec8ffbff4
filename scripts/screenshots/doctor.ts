/** What the doctor finds on the machine of the scene. */
import { Effect, Layer } from "effect"
import { ok, warn } from "../../src/domain/Finding.ts"
import { Doctor } from "../../src/services/Doctor.ts"

export const doctor = Layer.succeed(
  Doctor,
  Doctor.of({
    examine: Effect.succeed([
      ok("home", "/home/ada/.loop belongs to you and nobody else can read it"),
      ok("config", "/home/ada/.loop/config.json is valid"),
      ok("sandbox", "Docker 28.5 at unix:///run/user/1000/docker.sock, rootless"),
      ok("image", "loop-agent:latest is up to date"),
      ok("key", "The model's key is in the system's keyring"),
      warn(
        "disk",
        "4.1 GB are free where Docker keeps its images",
        "Make room before the image is built the next time: docker image prune"
      )
    ])
  })
)
