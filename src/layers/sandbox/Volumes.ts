/** Named volumes: made when missing, and given to the box's user, who cannot take them himself. */
import { Effect } from "effect"
import { SandboxError } from "../../services/Sandbox.ts"
import type { BoxUser } from "./BoxUser.ts"
import type { Engine } from "./Engine.ts"

type EngineService = Engine["Service"]

/** In the container that does it: only a volume whose top belongs to somebody else is touched. */
const GIVE = 'if [ "$(stat -c %u:%g /volume)" != "$1" ]; then chown -R --no-dereference "$1" /volume; fi'

/** One container, alive for an instant: root with the one right to change owners, and nothing but the volume. */
const give = Effect.fnUntraced(function* (engine: EngineService, volume: string, image: string, user: BoxUser) {
  const helper = yield* Effect.acquireRelease(
    engine.call(volume, (docker) =>
      docker.createContainer({
        Image: image,
        Entrypoint: ["/bin/sh", "-c", GIVE, "give"],
        Cmd: [`${user.uid}:${user.gid}`],
        User: "0:0",
        HostConfig: {
          CapDrop: ["ALL"],
          CapAdd: ["CHOWN", "DAC_READ_SEARCH"],
          NetworkMode: "none",
          ReadonlyRootfs: true,
          SecurityOpt: ["no-new-privileges"],
          Mounts: [{ Type: "volume", Source: volume, Target: "/volume" }]
        }
      })
    ),
    (container) => engine.call(volume, () => container.remove({ force: true })).pipe(Effect.ignore)
  )
  yield* engine.call(volume, () => helper.start())
  const ended: { readonly StatusCode: number } = yield* engine.call(volume, () => helper.wait())
  if (ended.StatusCode !== 0) {
    return yield* new SandboxError({
      reason: "bad_mount",
      target: volume,
      detail: `the volume could not be given to user ${user.uid}`
    })
  }
}, Effect.scoped)

/** Prepares each volume once per supervisor and user. */
export const makePreparer = (engine: EngineService) => {
  const done = new Set<string>()
  return Effect.fn("Volumes.prepare")(function* (volumes: ReadonlyArray<string>, image: string, user: BoxUser) {
    for (const volume of volumes) {
      const key = `${volume}\0${user.uid}:${user.gid}`
      // A volume that was removed meanwhile comes back as root's.
      const there = yield* engine
        .call(volume, (docker) => docker.getVolume(volume).inspect())
        .pipe(
          Effect.as(true),
          Effect.catchIf(
            (error) => error.reason === "vanished",
            () => Effect.succeed(false)
          )
        )
      if (there && done.has(key)) continue
      yield* give(engine, volume, image, user)
      done.add(key)
    }
  })
}
