/**
 * Writes the types of the HTTP interface, `src/http/openapi.generated.ts`, from its own description. Generators that
 * exist (openapi-typescript) need the programming interface of TypeScript 5, which TypeScript 7 does not have; what
 * Effect's schemas become as JSON Schema is little enough to be told here, and anything else is an error.
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describeRoutes } from "../src/http/OpenApi.ts"
import { allRoutes } from "../src/http/Routes.ts"

export const generated = fileURLToPath(new URL("../src/http/openapi.generated.ts", import.meta.url))

interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly description?: string
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: JsonSchema
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>
}
interface Operation {
  readonly summary: string
  readonly parameters: ReadonlyArray<{
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: JsonSchema
  }>
  readonly requestBody?: Content & { readonly required: boolean }
  readonly responses: Readonly<Record<string, Content>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

const indented = (text: string) => text.replaceAll("\n", "\n  ")
const note = (text: string | undefined) => (text === undefined ? "" : `/** ${text.replaceAll("*/", "* /")} */\n`)
const keyOf = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))

const field = (name: string, required: boolean, schema: JsonSchema) =>
  indented(`\n${note(schema.description)}readonly ${keyOf(name)}${required ? "" : "?"}: ${typeOf(schema)}`)

const objectOf = ({ additionalProperties, properties = {}, required = [] }: JsonSchema): string => {
  const fields = Object.entries(properties).map(([name, schema]) => field(name, required.includes(name), schema))
  const rest = additionalProperties ? [indented(`\nreadonly [name: string]: ${typeOf(additionalProperties)}`)] : []
  return fields.length + rest.length === 0
    ? "Readonly<Record<string, unknown>>"
    : `{${[...fields, ...rest].join("")}\n}`
}

const typeOf = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ")
  const choice = schema.anyOf ?? schema.oneOf
  if (choice !== undefined) return choice.map(typeOf).join(" | ")
  switch (schema.type) {
    case undefined:
      return "unknown"
    case "string":
    case "boolean":
    case "null":
      return schema.type
    case "integer":
    case "number":
      return "number"
    case "array":
      return `ReadonlyArray<${typeOf(schema.items ?? {})}>`
    case "object":
      return objectOf(schema)
    default:
      throw new Error(`There is no type for ${JSON.stringify(schema)} yet.`)
  }
}

const jsonOf = (content: Content | undefined) => content?.content?.["application/json"]?.schema

/** Of JSON its type, of a text or a stream `string`, of nothing `undefined`. */
const answerOf = ({ responses }: Operation): string => {
  const good = Object.entries(responses).flatMap(([status, response]) => (Number(status) < 400 ? [response] : []))
  const types = good.map((response) => {
    const json = jsonOf(response)
    return json !== undefined ? typeOf(json) : response.content === undefined ? "undefined" : "string"
  })
  return [...new Set(types)].join(" | ")
}

const parametersIn = (place: string, { parameters }: Operation): string => {
  const fields = parameters.flatMap((each) => (each.in === place ? [field(each.name, each.required, each.schema)] : []))
  return fields.length === 0 ? "Nothing" : `{${fields.join("")}\n}`
}

const operation = (name: string, described: Operation): string => {
  const { requestBody, summary } = described
  const body = jsonOf(requestBody)
  return [
    `\n${note(summary)}${JSON.stringify(name)}: {`,
    `  readonly path: ${indented(parametersIn("path", described))}`,
    `  readonly query: ${indented(parametersIn("query", described))}`,
    `  readonly body: ${body === undefined ? "undefined" : indented(typeOf(body))}${requestBody?.required === false ? " | undefined" : ""}`,
    `  readonly answer: ${indented(answerOf(described))}`,
    "}"
  ].join("\n")
}

export const apiTypes = (): string => {
  const { components, paths } = describeRoutes(allRoutes(0, ""), "") as unknown as Document
  const shapes = Object.entries(components.schemas).map(
    ([name, schema]) => `${note(schema.description)}export type ${name} = ${typeOf(schema)}\n`
  )
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => indented(operation(`${method.toUpperCase()} ${path}`, each)))
  )
  return [
    '/** The types of the HTTP interface. Written by "npm run docs" from its description: do not edit. */\n',
    "/** No parameters. */\nexport type Nothing = Readonly<Record<never, never>>\n",
    ...shapes,
    `/** Each route by its method and path: its parameters, body and answer. */\nexport interface Operations {${operations.join("")}\n}\n`
  ].join("\n")
}

if (import.meta.main) writeFileSync(generated, apiTypes())
