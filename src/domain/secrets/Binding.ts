/** Secrets of the configuration that are added, outside of the box, to what it sends to one host each. Pure. */
import type { ChannelId } from "../Ids.ts"

/** How the value stands in its header: `raw` as it is; `basic` with `username`, as HTTP Basic has it. */
export type Scheme = "bearer" | "basic" | "token" | "raw"

/** Where a secret belongs; its value is elsewhere. */
export interface Binding {
  readonly name: string
  /** `host` or `host:port`, as it was configured; HTTPS in either case. */
  readonly host: string
  /** In small letters. */
  readonly header: string
  readonly scheme: Scheme
  readonly username: string
  /** Ids of channels that have it, with their threads; none: all. */
  readonly channels: ReadonlyArray<string>
}

/** At least two labels, the last one no number. */
const NAME = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/i

/** The name and port that a binding is for; undefined for what is no such place. A whole name only: nothing with `*`, no address. */
export const placeOf = (host: string): { readonly name: string; readonly port: number } | undefined => {
  const [, named = "", port = "443"] = /^([^:]+)(?::(\d{1,5}))?$/.exec(host) ?? []
  const number = Number(port)
  if (!NAME.test(named) || number < 1 || number > 65_535) return undefined
  return { name: named.toLowerCase(), port: number }
}

/** What a channel has; `root`: its parent, or itself. */
export const boundIn = <A extends Binding>(
  all: ReadonlyArray<A>,
  channel: ChannelId,
  root: ChannelId
): ReadonlyArray<A> =>
  all.filter(({ channels }) => channels.length === 0 || channels.includes(channel) || channels.includes(root))

/** What goes to a host's port. `host` as `shownHost` writes it. */
export const boundTo = <A extends Binding>(all: ReadonlyArray<A>, host: string, port: number): ReadonlyArray<A> =>
  all.filter((binding) => {
    const place = placeOf(binding.host)
    return place !== undefined && place.name === host && place.port === port
  })

/** Two that would write the same header of the same request. */
export const clash = (one: Binding, other: Binding): boolean => {
  const [a, b] = [placeOf(one.host), placeOf(other.host)]
  const samePlace = a !== undefined && a.name === b?.name && a.port === b.port
  const sameChannels =
    one.channels.length === 0 ||
    other.channels.length === 0 ||
    one.channels.some((channel) => other.channels.includes(channel))
  return samePlace && one.header === other.header && sameChannels
}

const utf8 = new TextEncoder()

/** Base64 of the text's UTF-8. */
export const base64 = (text: string): string => btoa(String.fromCharCode(...utf8.encode(text)))

export const headerValue = ({ scheme, username }: Binding, value: string): string => {
  switch (scheme) {
    case "bearer":
      return `Bearer ${value}`
    case "token":
      return `token ${value}`
    case "basic":
      return `Basic ${base64(`${username}:${value}`)}`
    case "raw":
      return value
  }
}

/** A value that can stand in a header: visible ASCII, and long enough to be told from other text. */
export const unfit = (value: string): string | undefined =>
  value.length < 8
    ? "is shorter than 8 characters, too short to be found again in what is to be shown"
    : /^[\x21-\x7e]+$/.test(value)
      ? undefined
      : "has spaces, line breaks or characters that cannot stand in a header"
