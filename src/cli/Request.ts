/** Requests by the types of the interface's own description: what it does not have does not compile. */
import type { Schema } from "effect"
import type { Operations } from "../http/openapi.generated.ts"

/** A route, such as `GET /api/runs/{id}`. */
export type Operation = keyof Operations
export type AnswerOf<O extends Operation> = Operations[O]["answer"]

/** A key that may be left out where all of it may. */
type Part<Key extends string, Value> =
  Record<never, never> extends Value
    ? { readonly [K in Key]?: Value }
    : undefined extends Value
      ? { readonly [K in Key]?: Exclude<Value, undefined> }
      : { readonly [K in Key]: Value }

/** What a route wants beside its name. */
export type Wanted<O extends Operation> = Part<"path", Operations[O]["path"]> &
  Part<"query", Operations[O]["query"]> &
  Part<"body", Operations[O]["body"]>

/** The last argument: none where nothing is wanted. */
export type Rest<O extends Operation> =
  Record<never, never> extends Wanted<O> ? readonly [wanted?: Wanted<O>] : readonly [wanted: Wanted<O>]

/** A schema that reads what the route answers. */
export type Reader<O extends Operation, A, E> = Schema.Codec<A, E> &
  (AnswerOf<O> extends E ? unknown : { readonly "is not what the route answers": AnswerOf<O> })

type Parameters = Readonly<Record<string, string | number | boolean>>

/** Any route's. */
export interface Given {
  readonly path?: Parameters
  readonly query?: Parameters
  readonly body?: unknown
}

/** The method, and the path with its parameters in place. */
export const requestLine = (operation: Operation, path: Parameters = {}, query: Parameters = {}) => {
  const [method = "", pattern = ""] = operation.split(" ")
  const filled = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name] ?? "")))
  const asked = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
  ).toString()
  return { method, path: asked === "" ? filled : `${filled}?${asked}` }
}
