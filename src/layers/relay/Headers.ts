/** Headers on their way through the relay: the placeholder credential out, the real one in. Pure. */
import type { IncomingHttpHeaders } from "node:http"

export interface Credentials {
  readonly apiKey: string
  readonly oauthToken: string
}

export type Headers = Record<string, string | ReadonlyArray<string>>

/** They belong to one connection and are never passed on. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect"
])

const OAUTH_BETA = "oauth-2025-04-20"

/** `Content-Length` stays, whoever names it: a body without a length would be read as the next request. */
export const withoutHops = (headers: IncomingHttpHeaders): Headers => {
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()))
  named.delete("content-length")
  const kept: Headers = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && !named.has(name)) kept[name] = value
  }
  return kept
}

const betas = (headers: Headers): ReadonlyArray<string> =>
  [headers["anthropic-beta"] ?? []]
    .flat()
    .join(",")
    .split(",")
    .map((beta) => beta.trim())
    .filter((beta) => beta !== "")

/**
 * What goes to the API. The agent sends a placeholder of the kind it was started with; when the owner has changed from
 * a key to a token or back, the kind is changed here.
 */
export const toUpstream = (headers: IncomingHttpHeaders, credentials: Credentials): Headers => {
  const {
    host: _host,
    authorization: _authorization,
    "x-api-key": _key,
    "content-length": length,
    // What comes back is looked through (`Echo`, `Meter`).
    "accept-encoding": _encoding,
    ...rest
  } = withoutHops(headers)
  const others = betas(rest).filter((beta) => beta !== OAUTH_BETA)
  const oauth = credentials.oauthToken !== ""
  const beta = oauth ? [...others, OAUTH_BETA] : others
  const { "anthropic-beta": _beta, ...plain } = rest
  return {
    ...plain,
    "accept-encoding": "identity",
    ...(length === undefined ? {} : { "content-length": length }),
    ...(beta.length === 0 ? {} : { "anthropic-beta": beta.join(",") }),
    ...(oauth ? { authorization: `Bearer ${credentials.oauthToken}` } : {}),
    ...(!oauth && credentials.apiKey !== "" ? { "x-api-key": credentials.apiKey } : {})
  }
}

/** What goes back to the agent. */
export const toAgent = (headers: IncomingHttpHeaders): Headers => withoutHops(headers)
