/**
 * Discord's own description of its API (OpenAPI 3.1, github.com/discord/discord-api-spec): what a bot sends, what the
 * test's server answers and what its events carry is held against it, so that neither drifts away from Discord.
 * The file is not part of the repository; where it is not, everything works and one line says that nothing is checked.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import { existsSync, readFileSync } from "node:fs"
import { resolve } from "node:path"

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
}

interface Operation {
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string; readonly schema?: object }>
  readonly requestBody?: Content & { readonly required?: boolean }
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly responses: Readonly<Record<string, Content>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

/** What is wrong, empty when nothing is. */
type Problems = ReadonlyArray<string>

export interface Description {
  /** @param route as in Discord's documentation: `/channels/{channel_id}/messages`. */
  readonly request: (method: string, route: string, query: URLSearchParams, body: unknown) => Problems
  readonly response: (method: string, route: string, status: number, body: unknown) => Problems
  /** Holds a value against one or any of the named schemas. */
  readonly value: (schemas: ReadonlyArray<string>, value: unknown) => Problems
}

const silent: Description = { request: () => [], response: () => [], value: () => [] }

const id = "discord"

const absolute = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${id}#/components/`)) as object

const compiler = (document: Document, coerceTypes: boolean) => {
  const ajv = new Ajv2020({
    strict: false,
    inlineRefs: false,
    code: { optimize: false },
    validateSchema: false,
    validateFormats: true,
    coerceTypes,
    logger: false
  })
  addFormats.default(ajv)
  ajv.addFormat("snowflake", /^\d{1,20}$/).addFormat("nonce", true)
  ajv.addSchema({ components: { schemas: document.components.schemas } }, id)
  const compiled = new Map<string, ValidateFunction>()
  return (schema: object): ValidateFunction => {
    const key = JSON.stringify(schema)
    const known = compiled.get(key)
    if (known !== undefined) return known
    const made = ajv.compile(absolute(schema))
    compiled.set(key, made)
    return made
  }
}

/** The most telling complaints: those that lie deepest, and not those about a union as a whole. */
const told = (validate: ValidateFunction, value: unknown): Problems => {
  if (validate(value)) return []
  const errors = validate.errors ?? []
  return [
    ...new Set(
      errors
        .filter(({ keyword }) => !["oneOf", "anyOf", "allOf", "const", "enum"].includes(keyword))
        .concat(errors)
        .slice(0, 8)
        .map(({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`)
    )
  ]
}

/**
 * The description takes the codes of the details of 50035 for numbers; Discord's reference and Discord itself have
 * words there (discord.com/developers/docs/reference#error-messages).
 */
const withoutDetails = (body: unknown): unknown => {
  if (typeof body !== "object" || body === null) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== "errors"))
}

export const make = (document: Document): Description => {
  const compile = compiler(document, false)
  const compileText = compiler(document, true)

  const operation = (method: string, route: string) => document.paths[route]?.[method.toLowerCase()]
  const json = (content: Content | undefined) => content?.content?.["application/json"]?.schema

  const query = (described: Operation, given: URLSearchParams): Problems =>
    [...given].flatMap(([name, value]) => {
      const schema = described.parameters?.find((one) => one.in === "query" && one.name === name)?.schema
      if (schema === undefined) return [`the query has no ${name}`]
      const properties = { type: "object", properties: { value: schema } }
      return told(compileText(properties), { value }).map((problem) => `query ${name}: ${problem}`)
    })

  return {
    request: (method, route, given, body) => {
      const described = operation(method, route)
      if (described === undefined) return ["Discord describes no such operation"]
      const schema = json(described.requestBody)
      if (schema === undefined && body !== undefined) return ["Discord describes no body for it"]
      return [...query(described, given), ...(schema === undefined ? [] : told(compile(schema), body ?? {}))]
    },
    response: (method, route, status, body) => {
      const described = operation(method, route)?.responses
      const found = described?.[status] ?? (status >= 400 && status < 500 ? described?.["4XX"] : undefined)
      if (found === undefined) return status >= 500 ? [] : [`Discord describes no answer ${status}`]
      const named = found.$ref?.split("/").at(-1)
      const schema = json(named === undefined ? found : document.components.responses[named])
      if (schema === undefined) return body === undefined ? [] : [`Discord describes no body for ${status}`]
      return told(compile(schema), status >= 400 ? withoutDetails(body) : body)
    },
    value: (schemas, value) => {
      const refs = schemas.map((name) => ({ $ref: `#/components/schemas/${name}` }))
      return told(compile(refs.length === 1 ? (refs[0] ?? {}) : { anyOf: refs }), value)
    }
  }
}

const load = (): Description => {
  const named = process.env["LOOP_DISCORD_OPENAPI"]
  const path = resolve(named || `${import.meta.dirname}/../../../../shared/facts/discord-openapi.json`)
  if (!existsSync(path)) {
    if (named) throw new Error(`LOOP_DISCORD_OPENAPI names ${path}, which is not there.`)
    const text =
      "NOTHING IS HELD AGAINST DISCORD'S DESCRIPTION OF ITS API: set LOOP_DISCORD_OPENAPI to its openapi.json."
    process.stderr.write(`${process.env["CI"] === undefined ? "" : "::warning::"}${text}\n`)
    return silent
  }
  return make(JSON.parse(readFileSync(path, "utf8")) as Document)
}

let loaded: Description | undefined

/** Read and compiled once per process, each schema when it is first needed. */
export const description = (): Description => (loaded ??= load())
