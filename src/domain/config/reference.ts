/** The reference table's rows, read off the schema. */
import { Schema, SchemaAST } from "effect"
import { ConfigFile } from "./keys.ts"
import { describe } from "./problem.ts"

export interface KeyReference {
  readonly key: string
  readonly type: string
  readonly fallback: string
  readonly description: string
}

/** Objects that are laid out key by key; the others are explained by their description. */
const open = new Set(["memory", "memory.embeddings", "permissions", "permissions.owners", "permissions.members", "mcp"])

export const configReference = (): ReadonlyArray<KeyReference> => rows(ConfigFile.ast, "")

const rows = (ast: SchemaAST.AST, prefix: string): ReadonlyArray<KeyReference> =>
  SchemaAST.isObjects(ast)
    ? ast.propertySignatures.flatMap(({ name, type }) => {
        const key = `${prefix}${String(name)}`
        if (open.has(key)) return rows(type, `${key}.`)
        const notes = Schema.resolveAnnotationsKey(Schema.make(type)) ?? {}
        return [
          {
            key,
            type: typeof notes.title === "string" ? notes.title : describe(type),
            fallback: shownDefault(notes),
            description: String(notes.description)
          }
        ]
      })
    : []

const shownDefault = (notes: Readonly<Record<string, unknown>>): string => {
  if (typeof notes["shownDefault"] === "string") return notes["shownDefault"]
  const fallback = notes["fallback"]
  if (fallback === "" || fallback === undefined) return "none"
  const empty = typeof fallback === "object" && Object.keys(fallback ?? {}).length === 0
  return empty ? "none" : `\`${JSON.stringify(fallback)}\``
}
