/** `/openapi.json`: a description of exactly the routes that exist, made from the schemas that validate them. */
import { Schema } from "effect"
import { ProblemBody } from "./Problem.ts"
import type { Answer, Route } from "./Route.ts"

type Json = Schema.Json
type Definitions = Record<string, Json>

/** Says nothing that goes without saying: further keys are passed over everywhere, and integers are JavaScript's. */
const terse = (key: string, value: unknown): unknown =>
  (key === "additionalProperties" && value === true) ||
  (key === "minimum" && value === Number.MIN_SAFE_INTEGER) ||
  (key === "maximum" && value === Number.MAX_SAFE_INTEGER)
    ? undefined
    : value

/** Collects named schemas as components. */
const schemaOf = (schema: Schema.Constraint, components: Definitions): Json => {
  const document = Schema.toJsonSchemaDocument(schema)
  const moved = (node: unknown): unknown =>
    JSON.parse(JSON.stringify(node, terse).replaceAll('"#/$defs/', '"#/components/schemas/'))
  for (const [name, definition] of Object.entries(document.definitions)) components[name] = moved(definition) as Json
  return moved(document.schema) as Json
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: ReadonlyArray<string>
}

const parameters = (route: Route, components: Definitions): ReadonlyArray<Json> => {
  const inPath = Array.from(route.path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" }
  }))
  const inHeaders = Object.entries(route.headers).map(([name, description]) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" }
  }))
  if (route.query === undefined) return [...inPath, ...inHeaders]
  // What a parameter means is told by what its text is read as; whether it may be left out, by what is read.
  const read = schemaOf(Schema.toType(route.query), components) as ObjectSchema
  const sent = schemaOf(route.query, components) as ObjectSchema
  const inQuery = Object.entries(read.properties ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: sent.required?.includes(name) ?? false,
    schema
  }))
  return [...inPath, ...inQuery, ...inHeaders]
}

const problemTitles: Readonly<Record<number, string>> = {
  400: "Malformed or invalid",
  401: "No valid token",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  413: "Body too large",
  415: "Unsupported media type",
  422: "Impossible",
  426: "Not a WebSocket",
  429: "Too many",
  501: "Not configured",
  503: "Storage failed; nothing was stored"
}

const statusesOf = (route: Route): ReadonlyArray<number> => [
  ...(route.query || route.body ? [400] : []),
  ...(route.access === "token" ? [401] : []),
  403,
  ...(route.body ? [413, 415] : []),
  ...route.problems,
  503
]

/** `getRunsIdEvents` of `GET /api/runs/{id}/events`. */
const idOf = ({ method, path }: Route): string =>
  method.toLowerCase() +
  path
    .replace(/^\/api\//, "")
    .split(/[^A-Za-z]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")

/** The first word of the path. */
const tagOf = ({ path }: Route): string => /^\/(?:api\/)?(\w+)/.exec(path)?.[1] ?? "server"

const operation = (route: Route, components: Definitions): Json => {
  const problem = { content: { "application/problem+json": { schema: schemaOf(ProblemBody, components) } } }
  const contentOf = ({ mediaType, schema }: Answer<unknown>) =>
    schema !== undefined
      ? { content: { "application/json": { schema: schemaOf(schema, components) } } }
      : mediaType !== undefined
        ? { content: { [mediaType]: { schema: { type: "string" } } } }
        : {}
  return {
    operationId: idOf(route),
    tags: [tagOf(route)],
    summary: route.summary,
    parameters: parameters(route, components),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(route.body, components) } }
          }
        }),
    responses: {
      ...Object.fromEntries(
        statusesOf(route).map((status) => [status, { description: problemTitles[status] ?? "Problem", ...problem }])
      ),
      ...Object.fromEntries(
        [route.answer, ...route.also].map((answer) => [
          answer.status,
          { description: answer.description, ...contentOf(answer) }
        ])
      ),
      default: { description: "Any other problem", ...problem }
    },
    ...(route.access === "open" ? { security: [] } : {})
  }
}

export const describeRoutes = (routes: ReadonlyArray<Route>, version: string): Json => {
  const components: Definitions = {}
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const methods = (paths[route.path] ??= {})
    methods[route.method.toLowerCase()] = operation(route, components)
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Loop",
      version,
      description: "Errors are problems (RFC 9457), lists are arrays, instants RFC 3339."
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths,
    components: { schemas: components, securitySchemes: { bearer: { type: "http", scheme: "bearer" } } }
  }
}
