/** `Secrets`: the configuration's, and the authority in `LOOP_HOME/ca`. */
import { Clock, Effect, Layer } from "effect"
import * as path from "node:path"
import { placeOf } from "../../domain/secrets/Binding.ts"
import { Masking } from "../../services/Masking.ts"
import { type Certificate, Secrets, SecretUnreadable } from "../../services/Secrets.ts"
import { Settings } from "../../services/Settings.ts"
import * as Certificates from "./Certificates.ts"
import * as Trust from "./Trust.ts"
import * as Values from "./Values.ts"

/** A certificate is good for three days and used for one, in milliseconds. */
const USED = 86_400_000

export const make = Effect.fnUntraced(function* (env: Values.Env) {
  const settings = yield* Settings
  const masker = yield* Masking
  const at = path.join(settings.paths.home, "ca")
  const { rejected, value } = Values.make(settings.current, env, masker.learn)
  const served = new Map<string, { readonly certificate: Certificate; readonly until: number }>()

  const onDisk = <A>(work: (now: number) => Promise<A>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.tryPromise({
        try: () => work(now),
        catch: (cause) => new SecretUnreadable({ name: "ca", detail: `${at}: ${String(cause)}` })
      })
    )

  const certificate = Effect.fn("Secrets.certificate")(function* (host: string) {
    const now = yield* Clock.currentTimeMillis
    const known = served.get(host)
    if (known !== undefined && now < known.until) return known.certificate
    const made = yield* onDisk(async () => Certificates.server(await Trust.key(at), host, now))
    served.set(host, { certificate: made, until: now + USED })
    return made
  })

  return Secrets.of({
    value,
    rejected,
    certificate,
    trust: (hosts) => {
      const names = hosts.flatMap((host) => placeOf(host)?.name ?? [])
      return onDisk((now) => Trust.directory(at, names, now))
    }
  })
})

export const layer: Layer.Layer<Secrets, never, Settings> = Layer.effect(Secrets, make(process.env))
