/** Errors as the outside sees them: `application/problem+json`, one mapper for everything that can fail. */
import { Schema } from "effect"
import type { Masker } from "../domain/secrets/Masker.ts"
import type { ConversationError } from "../services/Conversations.ts"
import type { StoreError } from "../services/Store.ts"

export const FieldError = Schema.Struct({ field: Schema.String, message: Schema.String })
export type FieldError = typeof FieldError.Type

/** The body of an error answer (RFC 9457). */
export const ProblemBody = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  request_id: Schema.String,
  errors: Schema.optionalKey(Schema.Array(FieldError))
}).annotate({ identifier: "Problem", description: "An error (RFC 9457)." })

/** What a request fails with. `code` names the kind for programs, `detail` is a sentence for people. */
export class Problem extends Schema.TaggedError<Problem>()("Problem", {
  status: Schema.Int,
  code: Schema.String,
  title: Schema.String,
  detail: Schema.String,
  errors: Schema.optionalKey(Schema.Array(FieldError)),
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String))
}) {
  override get message() {
    return this.detail
  }
}

export type ApiError = ConversationError | StoreError | Problem

export const invalid = (detail: string, errors?: ReadonlyArray<FieldError>) =>
  new Problem({ status: 400, code: "invalid", title: "Invalid request", detail, ...(errors ? { errors } : {}) })

export const invalidField = (field: string, message: string) => invalid(`${field}: ${message}`, [{ field, message }])

export const notFound = (detail: string) => new Problem({ status: 404, code: "not-found", title: "Not found", detail })

export const conflict = (detail: string) => new Problem({ status: 409, code: "conflict", title: "Conflict", detail })

export const internal = new Problem({
  status: 500,
  code: "internal",
  title: "Internal error",
  detail: "Loop failed to deal with this request. The server's log tells more under the request id."
})

const ofStore = (error: StoreError) => {
  const problem = (code: string, title: string, detail: string) =>
    new Problem({ status: 503, code, title, detail, headers: { "retry-after": "5" } })
  switch (error.reason) {
    case "disk_full":
      return problem(
        "disk-full",
        "Disk full",
        "The disk is full and nothing was stored. Free some space, then try again."
      )
    case "busy":
      return problem(
        "store-busy",
        "Storage busy",
        "Another process holds the database and nothing was stored. Try again."
      )
    default:
      return problem(
        "store-failed",
        "Storage failed",
        "The database failed and nothing was stored. See the server's log."
      )
  }
}

const refusals = {
  invalid: { status: 400, code: "invalid", title: "Invalid request" },
  not_found: { status: 404, code: "not-found", title: "Not found" },
  conflict: { status: 409, code: "conflict", title: "Conflict" },
  impossible: { status: 422, code: "impossible", title: "Impossible schedule" },
  unavailable: { status: 503, code: "unavailable", title: "Platform unavailable" },
  not_configured: { status: 501, code: "not-configured", title: "Not configured" }
} as const

/** The one mapper. */
export const toProblem = (error: ApiError): Problem => {
  switch (error._tag) {
    case "Problem":
      return error
    case "ChannelNotFound":
    case "RunNotFound":
      return notFound(error.message)
    case "Denied":
      return new Problem({ status: 403, code: "denied", title: "Not allowed", detail: error.message })
    case "Refused": {
      const errors = error.field === null ? {} : { errors: [{ field: error.field, message: error.message }] }
      return new Problem({ ...refusals[error.reason], detail: error.message, ...errors })
    }
    case "StoreError":
      return ofStore(error)
  }
}

/** `masker` for whatever quotes what was asked. */
export const problemResponse = (problem: Problem, requestId: string, masker?: Masker): Response => {
  const body: typeof ProblemBody.Type = {
    type: `urn:loop:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    request_id: requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors })
  }
  return new Response(JSON.stringify(masker === undefined ? body : masker.data(body)), {
    status: problem.status,
    headers: { ...problem.headers, "content-type": "application/problem+json" }
  })
}
