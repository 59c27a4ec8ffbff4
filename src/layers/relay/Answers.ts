/** Answers that the relay gives itself, in the shape of the Messages API, so that the agent can tell the user. */
import type { ServerResponse } from "node:http"

export type ApiErrorType =
  | "permission_error"
  | "api_error"
  | "not_found_error"
  | "request_too_large"
  | "overloaded_error"
  | "timeout_error"

export const apiError = (type: ApiErrorType, message: string): string =>
  JSON.stringify({ type: "error", error: { type, message } })

/** Sends one, unless an answer has begun. */
export const refuse = (
  response: ServerResponse,
  status: number,
  type: ApiErrorType,
  message: string,
  shouldRetry: boolean
): void => {
  if (response.headersSent) return void response.destroy()
  response
    .writeHead(status, { "content-type": "application/json", "x-should-retry": String(shouldRetry) })
    .end(apiError(type, message))
}
