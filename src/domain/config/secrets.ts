/** The `secrets` key: each bound to one host, its value from exactly one source. */
import { Schema } from "effect"
import { clash, placeOf, unfit } from "../secrets/Binding.ts"
import { isFingerprint } from "../secrets/SshAgent.ts"
import { key, required } from "./key.ts"
import { Text, Texts } from "./values.ts"

/** Such as stand in sentences, logs and events. */
const SecretName = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { expected: "a name of letters, digits, ., _ and -" })
)

const Place = Schema.String.check(
  Schema.makeFilter((host) =>
    placeOf(host) === undefined
      ? 'Expected the whole name of one host, such as "github.com" or "registry.example.com:8443"'
      : undefined
  )
)

/** Those of the connection and the message's frame are written by the proxy itself. */
const FRAME = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|accept-encoding|proxy-.*)$/

const HeaderName = Schema.String.check(
  Schema.makeFilter((name) =>
    /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) && !FRAME.test(name)
      ? undefined
      : 'Expected the name of a header in small letters, such as "authorization" or "private-token"'
  )
)

const Value = Schema.String.check(
  Schema.makeFilter((value) => {
    const why = unfit(value)
    return why === undefined ? undefined : `The value ${why}`
  })
)

export const Fingerprint = Schema.String.check(
  Schema.makeFilter((text) =>
    isFingerprint(text) ? undefined : 'Expected a fingerprint such as "SHA256:…" as ssh-add -l shows it, or "*"'
  )
)

export const Secret = Schema.Struct({
  name: required(SecretName, "What it is called where its value is not shown."),
  host: required(Place, "The one host that gets it, over HTTPS: `host` or `host:port`."),
  header: key(HeaderName, "authorization", "The header that carries it."),
  scheme: key(
    Schema.Literals(["bearer", "basic", "token", "raw"]),
    "bearer",
    "How it stands there: `Bearer …`, Basic with `username`, `token …`, or as it is."
  ),
  username: key(Text, "x-access-token", "The user's name, for `basic`."),
  value: Schema.optionalKey(Value),
  env: Schema.optionalKey(Schema.NonEmptyString),
  file: Schema.optionalKey(Schema.NonEmptyString),
  command: Schema.optionalKey(Schema.NonEmptyArray(Schema.String)),
  channels: key(Texts, [], "Ids of the channels that have it, with their threads; none means all.")
})
export type Secret = typeof Secret.Type

/** What is wrong between keys, by the index of the entry. */
export const secretFaults = (
  secrets: ReadonlyArray<Secret>
): ReadonlyArray<{ readonly index: number; readonly message: string }> =>
  secrets.flatMap((secret, index) => {
    const faults: Array<string> = []
    const { command, env, file, name, username, value } = secret
    const sources = [command, env, file, value].filter((source) => source !== undefined).length
    if (sources !== 1) faults.push(`Secret "${name}" needs exactly one of value, env, file and command`)
    if (file !== undefined && !/^(\/|~\/)/.test(file)) {
      faults.push(`Secret "${name}": "${file}" is not absolute; begin it with / or ~/`)
    }
    if (/[:\r\n]/.test(username)) faults.push(`Secret "${name}": a username has no colon and no line break`)
    const earlier = secrets.slice(0, index)
    if (earlier.some((other) => other.name === name)) faults.push(`Secret "${name}" is there twice`)
    const rival = earlier.find((other) => other.name !== name && clash(other, secret))
    if (rival !== undefined) {
      faults.push(`Secret "${name}" would write the same header of the same host as "${rival.name}"; keep one of them`)
    }
    return faults.map((message) => ({ index, message }))
  })
