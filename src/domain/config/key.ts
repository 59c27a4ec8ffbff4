/** How a key of the configuration is declared: its values, its default, what it means. */
import { Effect, Schema } from "effect"

export interface KeyNotes {
  /** For the reference table, where the default depends on the machine or another key. */
  readonly shownDefault?: string
  /** Never shown. */
  readonly secret?: boolean
  /** A change takes effect at the next start only. */
  readonly restart?: boolean
}

const notesOf = (schema: Schema.Top, description: string, notes: KeyNotes) => ({
  ...notes,
  description,
  title: Schema.resolveAnnotations(schema)?.title
})

/** A key with a default, written as it would be in the file. */
export const key = <S extends Schema.Top>(
  schema: S,
  fallback: S["Encoded"],
  description: string,
  notes: KeyNotes = {}
) =>
  schema.pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(fallback)),
    Schema.annotateKey({ ...notesOf(schema, description, notes), fallback })
  )

/** A key whose default is found out later: it depends on the machine, the environment or another key. */
export const late = <S extends Schema.Top>(
  schema: S,
  description: string,
  notes: KeyNotes & { readonly shownDefault: string }
) => Schema.optionalKey(schema).pipe(Schema.annotateKey(notesOf(schema, description, notes)))

/** A key that must be there, in an object that may not. */
export const required = <S extends Schema.Top>(schema: S, description: string) =>
  schema.pipe(Schema.annotateKey({ ...notesOf(schema, description, {}), messageMissingKey: "This key is missing" }))
