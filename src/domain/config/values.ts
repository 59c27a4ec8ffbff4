/** The kinds of value that configuration keys take. Each says in `title` what is expected, for messages and the README. */
import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"
import { isWithin } from "./paths.ts"

/** Timers of the platform end here; 24 days are enough for anything. */
const longest = 2_147_483

const refuse = (message: string) => Effect.fail(new SchemaIssue.InvalidValue({ message }))

export const Text = Schema.String.annotate({ title: "text" })
export const Flag = Schema.Boolean.annotate({ title: "`true` or `false`" })
export const Texts = Schema.Array(Text).annotate({ title: "list of text" })

export const Seconds = Schema.Finite.check(
  Schema.isGreaterThan(0, { expected: "seconds above 0" }),
  Schema.isLessThanOrEqualTo(longest, { expected: `at most ${longest} seconds` })
).annotate({ title: "seconds above 0" })

/** Seconds where 0 has a meaning of its own. */
export const SecondsOrZero = Schema.Finite.check(
  Schema.isGreaterThanOrEqualTo(0, { expected: "seconds, 0 or more" }),
  Schema.isLessThanOrEqualTo(longest, { expected: `at most ${longest} seconds` })
).annotate({ title: "seconds, 0 or more" })

export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)).annotate({ title: "whole number above 0" })
export const CountOrZero = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
  title: "whole number, 0 or more"
})
/** 0 or less stands for the key's default. */
export const CountOrDefault = Schema.Int.annotate({ title: "whole number, 0 for the default" })

export const AmountOrZero = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)).annotate({
  title: "number, 0 or more"
})

export const isHttpUrl = (url: string): boolean => /^https?:\/\/[^\s/]+\S*$/.test(url) && URL.canParse(url)

export const HttpUrl = Schema.String.check(
  Schema.makeFilter((url) => (isHttpUrl(url) ? undefined : "Expected a URL with http:// or https://"))
).annotate({ title: "URL" })

export const Zone = Schema.String.check(
  Schema.makeFilter((zone) => (isZone(zone) ? undefined : 'Expected the name of a time zone such as "Europe/Berlin"'))
).annotate({ title: "IANA time zone" })

export const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== ""
  } catch {
    return false
  }
}

/** `host:port`; kept as it is written, with loopback where the host is left out. */
export const ListenAddress = Schema.String.check(
  Schema.makeFilter((text) =>
    splitAddress(text) === undefined ? 'Expected host:port such as "127.0.0.1:8222" or ":8222"' : undefined
  )
).annotate({ title: "`host:port` or `:port`" })

export interface Address {
  readonly host: string
  readonly port: number
}

/** Takes an address apart; `:8222` means loopback, an IPv6 host stands in brackets. */
export const splitAddress = (text: string): Address | undefined => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._*-]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) return undefined
  const host = match[1] ?? match[2] ?? ""
  return { host: host === "" ? "127.0.0.1" : host === "*" ? "0.0.0.0" : host, port }
}

export const joinAddress = ({ host, port }: Address): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`

export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)

/** A number as people write it: never with an exponent. */
const plainNumber = (value: number): string =>
  value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 })

/** A variable's value: text, numbers and true/false; what has no plain text form is refused. */
export const EnvValue = Schema.Unknown.pipe(
  Schema.decodeTo(Schema.String, {
    decode: SchemaGetter.transformEffect((value: unknown) => {
      if (typeof value === "string") return Effect.succeed(value)
      if (typeof value === "boolean") return Effect.succeed(String(value))
      if (typeof value === "number") {
        return Number.isInteger(value) && !Number.isSafeInteger(value)
          ? refuse("This number is too large to be kept exactly; put it in quotes")
          : Effect.succeed(plainNumber(value))
      }
      return value === null
        ? refuse('A variable cannot be null; leave the key out, or write "" for an empty one')
        : refuse("A variable is text, a number or true/false; write a list or an object as quoted JSON text")
    }),
    encode: SchemaGetter.passthrough<unknown>()
  })
)

export const Envs = Schema.Record(Schema.String, EnvValue).annotate({ title: "map of name to value" })

/** A mount as configured: `source` is a host path, or the name of a volume. `~/` is still in it. */
export const ConfiguredMount = Schema.Struct({
  source: Schema.String,
  target: Schema.String,
  readOnly: Schema.Boolean,
  volume: Schema.Boolean
})
export type ConfiguredMount = typeof ConfiguredMount.Type

/** A name without a slash that does not begin like a path is a volume. */
export const isVolumeName = (source: string): boolean => /^[^/~.][^/]*$/.test(source)

const isPlacePath = (path: string) => path.startsWith("/") || path.startsWith("~/")

/** A mount as people write it; a sentence where it is none. */
export const splitMount = (text: string): ConfiguredMount | string => {
  const [source = "", target = "", mode = "rw", ...more] = text.split(":")
  if (target === "" || more.length > 0) return 'Expected "source:target", with ":ro" or ":rw" after it if you like'
  if (mode !== "ro" && mode !== "rw") return `Expected ro or rw after the target, got "${mode}"`
  const volume = isVolumeName(source)
  if (!volume && !isPlacePath(source)) {
    return `"${source}" is neither an absolute path, nor one that begins with ~/, nor the name of a volume`
  }
  if (!isPlacePath(target) || target === "/") return `The target "${target}" is not an absolute path inside the box`
  if (isWithin(target, "/run/loop")) return "/run/loop inside the box belongs to Loop; choose another target"
  return { source, target, readOnly: mode === "ro", volume }
}

/** A place that owners may have things mounted from: a path, `:ro` behind it, or the name of a volume. */
export const MountRoot = Schema.Struct({ path: Schema.String, readOnly: Schema.Boolean, volume: Schema.Boolean })
export type MountRoot = typeof MountRoot.Type

export const MountRootText = Schema.Unknown.pipe(
  Schema.decodeTo(MountRoot, {
    decode: SchemaGetter.transformEffect((value: unknown) => {
      const match = typeof value === "string" ? /^([^:]+?)(:ro|:rw)?$/.exec(value) : null
      const path = match?.[1] ?? ""
      const volume = isVolumeName(path)
      if (match === null || (!volume && !isPlacePath(path))) {
        return refuse('Expected a path such as "~/data", with ":ro" after it if you like, or the name of a volume')
      }
      return Effect.succeed({ path, readOnly: match[2] === ":ro", volume })
    }),
    encode: SchemaGetter.transform((root: MountRoot): unknown => `${root.path}${root.readOnly ? ":ro" : ""}`)
  })
)

export const MountText = Schema.Unknown.pipe(
  Schema.decodeTo(ConfiguredMount, {
    decode: SchemaGetter.transformEffect((value: unknown) => {
      const mount = typeof value === "string" ? splitMount(value) : 'Expected text such as "~/data:/data:ro"'
      return typeof mount === "string" ? refuse(mount) : Effect.succeed(mount)
    }),
    encode: SchemaGetter.transform(
      (mount: ConfiguredMount): unknown => `${mount.source}:${mount.target}${mount.readOnly ? ":ro" : ""}`
    )
  })
)
