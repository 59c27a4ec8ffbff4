/** Refusals in Discord's words: HTTP status and JSON error code (discord.com/developers/docs/topics/opcodes-and-status-codes). */
export class ApiError extends Error {
  readonly status: number
  readonly code: number
  readonly errors: Record<string, unknown> | undefined

  constructor(status: number, code: number, message: string, errors?: Record<string, unknown>) {
    super(message)
    this.status = status
    this.code = code
    this.errors = errors
  }

  get body() {
    return { message: this.message, code: this.code, ...(this.errors !== undefined && { errors: this.errors }) }
  }
}

export const unauthorized = () => new ApiError(401, 0, "401: Unauthorized")
export const noSuchRoute = () => new ApiError(404, 0, "404: Not Found")
export const unknownChannel = () => new ApiError(404, 10_003, "Unknown Channel")
export const unknownGuild = () => new ApiError(404, 10_004, "Unknown Guild")
export const unknownMember = () => new ApiError(404, 10_007, "Unknown Member")
export const unknownMessage = () => new ApiError(404, 10_008, "Unknown Message")
export const unknownUser = () => new ApiError(404, 10_013, "Unknown User")
export const unknownEmoji = () => new ApiError(400, 10_014, "Unknown Emoji")
export const unknownWebhook = () => new ApiError(404, 10_015, "Unknown Webhook")
export const unknownInteraction = () => new ApiError(404, 10_062, "Unknown interaction")
export const entityTooLarge = () => new ApiError(413, 40_005, "Request entity too large")
export const alreadyAcknowledged = () => new ApiError(400, 40_060, "Interaction has already been acknowledged.")
export const missingAccess = () => new ApiError(403, 50_001, "Missing Access")
export const notYourMessage = () => new ApiError(403, 50_005, "Cannot edit a message authored by another user")
export const emptyMessage = () => new ApiError(400, 50_006, "Cannot send an empty message")
export const missingPermissions = () => new ApiError(403, 50_013, "Missing Permissions")
export const wrongChannelType = () => new ApiError(400, 50_024, "Cannot execute action on this channel type")
export const invalidWebhookToken = () => new ApiError(401, 50_027, "Invalid Webhook Token")
export const archivedThread = () => new ApiError(400, 50_083, "Thread is archived")
export const invalidJson = () => new ApiError(400, 50_109, "The request body contains invalid JSON.")
export const threadExists = () => new ApiError(400, 160_004, "A thread has already been created for this message")

/** 50035: `path` leads to the field as in `["components", "0"]`. */
export const invalidForm = (path: ReadonlyArray<string>, code: string, message: string) =>
  new ApiError(
    400,
    50_035,
    "Invalid Form Body",
    path.reduceRight<Record<string, unknown>>((inner, key) => ({ [key]: inner }), { _errors: [{ code, message }] })
  )
