/** The description as a page: plain HTML made once from `/openapi.json`, without a script. */
import { type Document, jsonOf, type JsonSchema, type Operation, typeOf } from "./TypeText.ts"

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
const escape = (text: string) => text.replaceAll(/[&<>"]/g, (mark) => entities[mark] ?? mark)

/** Text with its backticks as code. */
const prose = (text: string) => escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>")

/** A type with links to the named ones. */
const typeBlock = (schema: JsonSchema, named: ReadonlySet<string>) => {
  const text = escape(typeOf(schema).replaceAll("readonly ", "").replaceAll("ReadonlyArray<", "Array<"))
  const linked = text.replaceAll(/\b[A-Z]\w+\b/g, (name) =>
    named.has(name) ? `<a href="#type-${name}">${name}</a>` : name
  )
  return `<pre>${linked}</pre>`
}

const idOf = (method: string, path: string) => `${method}-${path.slice(1).replaceAll(/[^A-Za-z0-9]+/g, "-")}`

const parameters = ({ parameters }: Operation) => {
  if (parameters.length === 0) return ""
  const rows = parameters.map(({ description, in: place, name, required, schema }) => {
    const note = description ?? schema.description ?? ""
    const type = escape(typeOf(schema))
    return `<tr><td><code>${escape(name)}</code></td><td>${place}${required ? "" : ", optional"}</td><td><code>${type}</code></td><td>${prose(note)}</td></tr>`
  })
  return `<h4>Parameters</h4><table>${rows.join("")}</table>`
}

const answers = ({ responses }: Operation, named: ReadonlySet<string>) => {
  const rows = Object.entries(responses).map(([status, response]) => {
    const schema = jsonOf(response)
    const good = Number(status) < 400 && schema !== undefined ? typeBlock(schema, named) : ""
    return `<tr><td><code>${status}</code></td><td>${prose(response.description)}${good}</td></tr>`
  })
  return `<h4>Answers</h4><table>${rows.join("")}</table>`
}

const section = (method: string, path: string, operation: Operation, named: ReadonlySet<string>) => {
  const body = jsonOf(operation.requestBody)
  return [
    `<section id="${idOf(method, path)}"><h3><span class="method">${method.toUpperCase()}</span> ${escape(path)}</h3>`,
    `<p>${prose(operation.summary)}.${operation.security?.length === 0 ? " Needs no token." : ""}</p>`,
    parameters(operation),
    body === undefined
      ? ""
      : `<h4>Body${operation.requestBody?.required === true ? "" : ", optional"}</h4>${typeBlock(body, named)}`,
    answers(operation, named),
    "</section>"
  ].join("\n")
}

/** `description`: the document of `/openapi.json`. */
export const pageOf = (description: Document, version: string): string => {
  const { components, paths, tags } = description
  const named = new Set(Object.keys(components.schemas))
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation }))
  )
  const groups = tags.map(({ name }) => ({
    name,
    routes: all.filter(({ operation }) => operation.tags.includes(name))
  }))
  const contents = groups.map(({ name, routes }) => {
    const items = routes.map(
      ({ method, path }) => `<li><a href="#${idOf(method, path)}">${method.toUpperCase()} ${escape(path)}</a></li>`
    )
    return `<h2>${escape(name)}</h2><ul>${items.join("")}</ul>`
  })
  const sections = groups.flatMap(({ routes }) =>
    routes.map(({ method, operation, path }) => section(method, path, operation, named))
  )
  const types = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<section id="type-${name}"><h3>${name}</h3>${schema.description === undefined ? "" : `<p>${prose(schema.description)}</p>`}${typeBlock(schema, named)}</section>`
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Loop ${escape(version)}: HTTP interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<nav><strong>Loop's HTTP interface</strong>${contents.join("")}<h2>types</h2><ul>${[...named].map((name) => `<li><a href="#type-${name}">${name}</a></li>`).join("")}</ul></nav>
<main>
<h1>HTTP interface</h1>
<p>Version ${escape(version)}, as <a href="/openapi.json">OpenAPI 3.1</a>. A program sends <code>Authorization: Bearer &lt;token&gt;</code>, never a token in an address; this browser sends its cookie. ${prose(description.info.description)}</p>
${sections.join("\n")}
<h2>Types</h2>
${types.join("\n")}
</main>
</body>
</html>
`
}
