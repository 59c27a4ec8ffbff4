/** Which function answers which request. */
import type { Json } from "../world/Model.ts"
import type { World } from "../world/World.ts"
import type { Logged } from "./Log.ts"

export interface Answer {
  readonly status: number
  readonly body?: unknown
}

export interface Asked extends Logged {
  readonly world: World
  /** The body as an object; empty when there is none. */
  readonly json: Json
  /** A parameter of the path. */
  readonly param: (name: string) => string
}

/** Throws `ApiError` to refuse. */
export type Handler = (asked: Asked) => Answer

export interface Route {
  readonly method: string
  readonly route: string
  /** True: whoever knows the token in the path may. */
  readonly open: boolean
  readonly handle: Handler
}

export type Routes = ReadonlyArray<Route>

const on =
  (method: string, open = false) =>
  (route: string, handle: Handler): Route => ({ method, route, open, handle })

export const get = on("GET")
export const post = on("POST")
export const put = on("PUT")
export const patch = on("PATCH")
export const del = on("DELETE")
/** Those of interactions, whose token is in the path. */
export const open = { get: on("GET", true), post: on("POST", true), patch: on("PATCH", true), del: on("DELETE", true) }

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const nothing: Answer = { status: 204 }

export interface Found {
  readonly route: Route
  readonly params: Record<string, string>
}

const isWord = (part: string) => !part.startsWith("{")

/** Words win over parameters, so that `@me` is not taken for an id. */
const moreExact = (left: Route, right: Route) =>
  right.route.split("/").filter(isWord).length - left.route.split("/").filter(isWord).length

export const makeRouter = (routes: Routes) => {
  const ordered = [...routes].sort(moreExact)
  return (method: string, path: string): Found | undefined => {
    const parts = path.split("/").map(decodeURIComponent)
    for (const route of ordered) {
      const wanted = route.route.split("/")
      if (route.method !== method || wanted.length !== parts.length) continue
      const pairs = wanted.map((want, index) => [want, parts[index] ?? ""] as const)
      if (!pairs.every(([want, part]) => (isWord(want) ? want === part : part !== ""))) continue
      const params = pairs.filter(([want]) => !isWord(want)).map(([want, part]) => [want.slice(1, -1), part] as const)
      return {
        route,
        params: Object.fromEntries(params)
      }
    }
    return undefined
  }
}
