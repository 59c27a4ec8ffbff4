/** A file on a message: read from the address that Discord gave with it, and no further than asked for. */
import { Effect } from "effect"
import type { APIAttachment } from "discord-api-types/v10"
import type { ChatFile } from "../../services/ChatPlatform.ts"
import { DeliveryFailed } from "../../services/Platforms.ts"
import { gone, retry } from "./Errors.ts"

const patience = "60 seconds"

/** https, or the server that stands in for Discord. */
const mayRead = (url: string, apiUrl: string): boolean =>
  URL.canParse(url) && (new URL(url).protocol === "https:" || new URL(url).origin === new URL(apiUrl).origin)

const tooLarge = (name: string, atMost: number) => gone(`${name} is larger than ${atMost} bytes.`)

const body = async (url: string, name: string, atMost: number, signal: AbortSignal): Promise<Uint8Array> => {
  // Whoever serves the file sends us nowhere else.
  const response = await fetch(url, { signal, redirect: "error" })
  if (!response.ok) {
    await response.body?.cancel()
    const detail = `Discord answered ${response.status} when ${name} was to be read.`
    throw response.status === 429 || response.status >= 500 ? retry(detail) : gone(detail)
  }
  const parts: Array<Uint8Array> = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > atMost) throw tooLarge(name, atMost)
    parts.push(part)
  }
  return Buffer.concat(parts, size)
}

export const fileOf = (attachment: APIAttachment, apiUrl: string): ChatFile => {
  const { content_type, filename, size, url } = attachment
  return {
    name: filename,
    mime: content_type ?? "application/octet-stream",
    size,
    read: (atMost) => {
      if (size > atMost) return Effect.fail(tooLarge(filename, atMost))
      if (!mayRead(url, apiUrl)) return Effect.fail(gone(`${filename} does not lie where Discord keeps files.`))
      return Effect.tryPromise({
        try: (signal) => body(url, filename, atMost, signal),
        catch: (error) =>
          error instanceof DeliveryFailed ? error : retry(`${filename} could not be read from Discord.`)
      }).pipe(
        Effect.timeoutOrElse({
          duration: patience,
          orElse: () => Effect.fail(retry(`${filename} could not be read from Discord in time.`))
        })
      )
    }
  }
}
