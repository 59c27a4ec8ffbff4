/**
 * Writes the types of the HTTP interface, `src/http/openapi.generated.ts`, from its own description. Generators that
 * exist (openapi-typescript) need the programming interface of TypeScript 5, which TypeScript 7 does not have.
 */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describeRoutes } from "../src/http/OpenApi.ts"
import { allRoutes } from "../src/http/Routes.ts"
import { type Document, field, indented, jsonOf, note, type Operation, typeOf } from "../src/http/docs/TypeText.ts"

export const generated = fileURLToPath(new URL("../src/http/openapi.generated.ts", import.meta.url))

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
