/** The Messages API's refusals, as the real one words them. */

export interface ApiError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const kinds: Readonly<Record<number, readonly [type: string, message: string]>> = {
  400: ["invalid_request_error", "messages.0.content: Input should be a valid list"],
  401: ["authentication_error", "invalid x-api-key"],
  402: ["billing_error", "Your credit balance is too low to access the Anthropic API."],
  403: ["permission_error", "Your API key does not have permission to use the specified resource."],
  404: ["not_found_error", "model: no-such-model"],
  413: ["request_too_large", "Request exceeds the maximum allowed number of bytes."],
  429: ["rate_limit_error", "This request would exceed your organization's rate limit. Please try again later."],
  500: ["api_error", "Internal server error"],
  504: ["timeout_error", "The request timed out. Try again later."],
  529: ["overloaded_error", "Overloaded"]
}

/** The answer with this status. `final`: the client is told not to try again, as a relay does that has given up. */
export const apiError = (
  status: number,
  requestId: string,
  options: { readonly message?: string; readonly final?: boolean } = {}
): ApiError => {
  const [type, usual] = kinds[status] ?? ["api_error", `Unexpected status ${status}`]
  return {
    status,
    headers: {
      "content-type": "application/json",
      "request-id": requestId,
      ...(options.final === true ? { "x-should-retry": "false" } : {}),
      ...(status === 429 ? { "retry-after": "1" } : {})
    },
    body: JSON.stringify({ type: "error", error: { type, message: options.message ?? usual }, request_id: requestId })
  }
}

/** The refusal of a conversation that has outgrown the model's window. */
export const promptTooLong = (requestId: string): ApiError =>
  apiError(400, requestId, { message: "prompt is too long: 210417 tokens > 200000 maximum" })
