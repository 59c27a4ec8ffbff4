/**
 * The description of the interface, as far as it is read by those who show it: JSON Schema as a TypeScript type. It is what
 * Effect's schemas become as JSON Schema; anything else is an error.
 */

export interface JsonSchema {
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

export interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>
}
export interface Operation {
  readonly summary: string
  readonly tags: ReadonlyArray<string>
  readonly security?: ReadonlyArray<unknown>
  readonly parameters: ReadonlyArray<{
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly description?: string
    readonly schema: JsonSchema
  }>
  readonly requestBody?: Content & { readonly required: boolean }
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>
}
export interface Document {
  readonly info: { readonly description: string }
  readonly tags: ReadonlyArray<{ readonly name: string }>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

export const indented = (text: string) => text.replaceAll("\n", "\n  ")
export const note = (text: string | undefined) => (text === undefined ? "" : `/** ${text.replaceAll("*/", "* /")} */\n`)
const keyOf = (name: string) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))

export const field = (name: string, required: boolean, schema: JsonSchema) =>
  indented(`\n${note(schema.description)}readonly ${keyOf(name)}${required ? "" : "?"}: ${typeOf(schema)}`)

const objectOf = ({ additionalProperties, properties = {}, required = [] }: JsonSchema): string => {
  const fields = Object.entries(properties).map(([name, schema]) => field(name, required.includes(name), schema))
  const rest = additionalProperties ? [indented(`\nreadonly [name: string]: ${typeOf(additionalProperties)}`)] : []
  return fields.length + rest.length === 0
    ? "Readonly<Record<string, unknown>>"
    : `{${[...fields, ...rest].join("")}\n}`
}

/** A type over several lines where it has fields. */
export const typeOf = (schema: JsonSchema): string => {
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

export const jsonOf = (content: Content | undefined) => content?.content?.["application/json"]?.schema
