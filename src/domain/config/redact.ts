/** A configuration that may be shown. */
import { Schema } from "effect"
import { type Config, ConfigFile } from "./keys.ts"

const secrets: ReadonlySet<string> = new Set(
  Object.entries(ConfigFile.fields).flatMap(([name, field]) =>
    Schema.resolveAnnotationsKey(field)?.["secret"] === true ? [name] : []
  )
)

/** Keys whose values are never shown: credentials, and variables, which may hold some. */
export const isSecret = (key: string): boolean =>
  secrets.has(key) ||
  key.startsWith("envs.") ||
  /^hooks\..*\.secret$/.test(key) ||
  /^secrets\.\d+\.value$/.test(key) ||
  /^mcp\.servers\..*\.env\./.test(key)

/** What is secret in a configuration, by the name that may be shown in its place. */
export const secretsIn = (config: Config): ReadonlyArray<readonly [name: string, value: string]> => [
  ...Object.entries(config).flatMap(([name, value]) => (secrets.has(name) ? [[name, String(value)] as const] : [])),
  ...Object.entries(config.hooks).map(([name, { secret }]) => [`hooks.${name}`, secret] as const),
  ...config.secrets.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]))
]

const hidden = (value: string) => (value === "" ? "" : "(hidden)")

const hideAll = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hidden(value)]))

export const redact = (config: Config): Config => ({
  ...config,
  ...Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) => (secrets.has(name) ? [[name, hidden(String(value))]] : []))
  ),
  envs: hideAll(config.envs),
  hooks: Object.fromEntries(
    Object.entries(config.hooks).map(([name, hook]) => [name, { ...hook, secret: hidden(hook.secret) }])
  ),
  secrets: config.secrets.map((secret) =>
    secret.value === undefined ? secret : { ...secret, value: hidden(secret.value) }
  ),
  mcp: {
    servers: Object.fromEntries(
      Object.entries(config.mcp.servers).map(([name, server]) => [name, { ...server, env: hideAll(server.env) }])
    )
  }
})
