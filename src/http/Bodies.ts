/** Reading what a request carries: size, media type, UTF-8, JSON, schema, in this order, each with its own answer. */
import { Effect, Schema, SchemaIssue } from "effect"
import { invalid, Problem, type FieldError } from "./Problem.ts"

export const smallBody = 1024 * 1024
export const attachmentBody = 25 * 1024 * 1024

const tooLarge = (limit: number) =>
  new Problem({
    status: 413,
    code: "too-large",
    title: "Body too large",
    detail: `The body is larger than ${limit / 1024 / 1024} MiB and nothing was stored.`,
    headers: { connection: "close" }
  })

const unsupported = (got: string) =>
  new Problem({
    status: 415,
    code: "unsupported-media-type",
    title: "Unsupported media type",
    detail: `Send the body as application/json${got === "" ? "" : `, not ${got}`}.`
  })

const cutOff = invalid("The body ended before all of it arrived.")

export const readBytes = Effect.fnUntraced(function* (request: Request, limit: number) {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return yield* tooLarge(limit)
  if (request.body === null) return Buffer.alloc(0)
  const reader = request.body.getReader()
  const chunks: Array<Uint8Array> = []
  for (let size = 0; ;) {
    const chunk = yield* Effect.tryPromise({ try: () => reader.read(), catch: () => cutOff })
    if (chunk.done) return Buffer.concat(chunks)
    size += chunk.value.byteLength
    if (size > limit) return yield* tooLarge(limit)
    chunks.push(chunk.value)
  }
})

const parse = (bytes: Uint8Array) =>
  Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
    catch: () => invalid("The body is not JSON in UTF-8.")
  })

const issues = SchemaIssue.makeFormatterStandardSchemaV1()

const fieldErrors = (issue: SchemaIssue.Issue): ReadonlyArray<FieldError> =>
  issues(issue).issues.map(({ message, path }) => ({
    field: (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message: message === "Missing key" ? "is required" : message
  }))

const sentence = (errors: ReadonlyArray<FieldError>) =>
  errors.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`)).join("; ")

/** Decodes with every problem at once; keys that the schema does not name are passed over. */
export const decode =
  <T, E>(schema: Schema.Codec<T, E>, what: string) =>
  (input: unknown): Effect.Effect<T, Problem> =>
    Schema.decodeUnknownEffect(schema, { errors: "all" })(input).pipe(
      Effect.mapError((error) => {
        const errors = fieldErrors(error.issue)
        return invalid(`${what} is not valid. ${sentence(errors)}`, errors)
      })
    )

const isJson = (type: string) => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)

/** The JSON of a body that has been read. */
export const jsonOf = (request: Request, bytes: Uint8Array) => {
  const type = request.headers.get("content-type") ?? ""
  return isJson(type) ? parse(bytes) : Effect.fail(unsupported(type))
}

/** The JSON of a request's body, of which nothing is read where its type is another one. */
export const readJson = Effect.fn("Bodies.readJson")(function* (request: Request, limit: number) {
  const type = request.headers.get("content-type") ?? ""
  return isJson(type) ? yield* parse(yield* readBytes(request, limit)) : yield* unsupported(type)
})
