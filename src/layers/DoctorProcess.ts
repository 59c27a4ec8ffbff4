/**
 * `Doctor` as `loop doctor --json` in a process of its own: it looks from outside at what the server stands on, and what
 * hangs in it hangs nobody else.
 */
import { Effect, Layer, Schema } from "effect"
import { Finding } from "../domain/Finding.ts"
import { Doctor, DoctorFailed } from "../services/Doctor.ts"
import { Programs } from "../services/Programs.ts"
import { Settings } from "../services/Settings.ts"
import { launcher } from "./PackageFiles.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({ checks: Schema.Array(Finding) })))

export const layer = Layer.effect(
  Doctor,
  Effect.gen(function* () {
    const programs = yield* Programs
    const { paths } = yield* Settings
    const look = Effect.gen(function* () {
      const { stderr, stdout } = yield* programs
        .run(process.execPath, [launcher, "doctor", "--json"], { seconds: 60, env: { LOOP_HOME: paths.home } })
        .pipe(Effect.mapError(({ message }) => new DoctorFailed({ detail: message })))
      const { checks } = yield* Effect.mapError(
        decode(stdout),
        () => new DoctorFailed({ detail: stderr.trim().slice(-500) || "it printed nothing that can be read" })
      )
      return checks
    })

    return Doctor.of({ examine: yield* Effect.cachedWithTTL(look, "2 seconds") })
  })
)
