/** The server's interface, typed by its description. What fails, fails with the server's own sentence. */
import type { Operations } from "../../../src/http/openapi.generated.ts"

export type * from "../../../src/http/openapi.generated.ts"

/** A request that was refused, or that did not arrive (`status` 0). */
export class Problem extends Error {
  readonly status: number
  /** By field, where the server names some. */
  readonly fields: Readonly<Record<string, string>>
  constructor(status: number, detail: string, fields: Readonly<Record<string, string>> = {}) {
    super(detail)
    this.status = status
    this.fields = fields
  }
}

export const unreachable = "The server cannot be reached. Is Loop still running?"
export const loggedOut = "You are no longer logged in. Open the login link again; `loop url` prints it."

/** What the user is told about anything that went wrong. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Problem && error.status === 401 ? loggedOut : error instanceof Error ? error.message : String(error)

type Name = keyof Operations
type Given<K extends Name> = Pick<Operations[K], "path" | "query"> & { readonly body: Operations[K]["body"] }
type Input<K extends Name> = {
  readonly [
    P in keyof Given<K> as Record<never, never> extends Given<K>[P] ? never : undefined extends Given<K>[P] ? never : P
  ]: Given<K>[P]
} & {
  readonly [
    P in keyof Given<K> as Record<never, never> extends Given<K>[P] ? P : undefined extends Given<K>[P] ? P : never
  ]?: Given<K>[P]
}
type Arguments<K extends Name> = Record<never, never> extends Input<K> ? [input?: Input<K>] : [input: Input<K>]

interface AnyInput {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

const fill = (path: string, values: AnyInput["path"] = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(values[key] ?? "")))

/** Path and query of an operation: for links and pictures. */
export const urlOf = (path: string, { path: values, query = {} }: AnyInput = {}): string => {
  const given = Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))
  const search = new URLSearchParams(given).toString()
  return fill(path, values) + (search === "" ? "" : `?${search}`)
}

interface ProblemJson {
  readonly detail?: string
  readonly errors?: ReadonlyArray<{ readonly field: string; readonly message: string }>
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What an answer that is no success says. */
export const refusalOf = (status: number, text: string): Problem => refused(status, parsed(text))

const refused = (status: number, answer: unknown): Problem => {
  const json: ProblemJson = typeof answer === "object" && answer !== null ? answer : {}
  const fields = Object.fromEntries((json.errors ?? []).map(({ field, message }) => [field, message]))
  return new Problem(status, json.detail ?? `The server answered ${status}.`, fields)
}

/** `await call("GET /api/channels/{id}", { path: { id } })`: the answer's JSON, or a `Problem`. */
export const call = async <K extends Name>(name: K, ...[input]: Arguments<K>): Promise<Operations[K]["answer"]> => {
  const [method = "", path = ""] = name.split(" ")
  const given: AnyInput = input ?? {}
  const response = await fetch(urlOf(path, given), {
    method,
    headers: { accept: "application/json", ...(given.body !== undefined && { "content-type": "application/json" }) },
    ...(given.body !== undefined && { body: JSON.stringify(given.body) })
  }).catch(() => {
    throw new Problem(0, unreachable)
  })
  const text = await response.text()
  if (!response.ok) throw refusalOf(response.status, text)
  return parsed(text) as Operations[K]["answer"]
}
