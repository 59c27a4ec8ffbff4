/** What a model call has used, read from its answer in passing. https://docs.claude.com/en/docs/build-with-claude/streaming */
import type { Readable } from "node:stream"
import { StringDecoder } from "node:string_decoder"
import { type CallUsage, noCall } from "../../domain/budget/Prices.ts"
import type { ModelUse } from "../../services/ModelRelay.ts"

interface ApiUsage {
  readonly input_tokens?: number | null
  readonly output_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: number | null } | null
  readonly server_tool_use?: { readonly web_search_requests?: number | null } | null
  readonly speed?: string | null
  readonly inference_geo?: string | null
}

interface ApiEvent {
  readonly type?: string
  readonly model?: string
  readonly usage?: ApiUsage | null
  readonly message?: { readonly model?: string; readonly usage?: ApiUsage | null }
}

/** Of an answer that broke off: characters of the stream for each token that was written. */
const charactersPerToken = 3
/** A line that is longer holds no usage of ours. */
const longestLine = 1024 * 1024
/** Answers in one piece are small; of a larger one the tokens are estimated. */
const longestWhole = 16 * 1024 * 1024

const parse = (text: string): ApiEvent | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const number = (value: number | null | undefined): number => (typeof value === "number" && value > 0 ? value : 0)

/** Later figures stand in the place of earlier ones: they are totals. */
const merged = (before: CallUsage, usage: ApiUsage): CallUsage => {
  const hour = usage.cache_creation?.ephemeral_1h_input_tokens
  const written = usage.cache_creation_input_tokens
  const cacheWriteHour = hour === undefined || hour === null ? before.cacheWriteHour : number(hour)
  const whole = written === undefined || written === null ? before.cacheWrite + before.cacheWriteHour : number(written)
  return {
    input: Math.max(before.input, number(usage.input_tokens)),
    output: Math.max(before.output, number(usage.output_tokens)),
    cacheRead: Math.max(before.cacheRead, number(usage.cache_read_input_tokens)),
    cacheWrite: Math.max(0, whole - cacheWriteHour),
    cacheWriteHour,
    webSearches: Math.max(before.webSearches, number(usage.server_tool_use?.web_search_requests)),
    fast: before.fast || usage.speed === "fast",
    usOnly: before.usOnly || usage.inference_geo === "us"
  }
}

/** Reads the body beside whoever passes it on. `asked`: the model that was asked for, where the answer names none. */
export const meter = (body: Readable, contentType: string, asked: string) => {
  const streamed = contentType.includes("event-stream")
  const isJson = contentType.includes("json")
  const decoder = new StringDecoder("utf8")
  let model = asked
  let usage = noCall
  let told = false
  let final = false
  let characters = 0
  let open = ""

  const take = (event: ApiEvent | undefined) => {
    const found = event?.message?.usage ?? event?.usage
    model = event?.message?.model ?? event?.model ?? model
    if (found === undefined || found === null) return
    usage = merged(usage, found)
    told = true
    final ||= event?.type === "message_delta" || !streamed
  }
  const line = (text: string) => {
    if (!text.startsWith("data:")) return
    if (/^data: ?\{"type": ?"content_block/.test(text)) characters += text.length
    else take(parse(text.slice("data:".length)))
  }
  const read = (text: string) => {
    if (!streamed) {
      if (isJson && open.length <= longestWhole) open += text
      return
    }
    open += text
    const lines = open.split("\n")
    open = lines.pop() ?? ""
    for (const each of lines) line(each.trimEnd())
    if (open.length > longestLine) {
      characters += open.length
      open = ""
    }
  }
  body.on("data", (chunk: Buffer) => read(decoder.write(chunk)))

  /** To be asked once nothing more comes; null where the API has answered nothing. */
  return (): ModelUse | null => {
    if (streamed) line(open)
    else take(parse(open))
    open = ""
    if (!told && characters === 0) return null
    const written = Math.ceil(characters / charactersPerToken)
    const output = final ? usage.output : Math.max(usage.output, written)
    return { model, usage: { ...usage, output }, estimated: !final }
  }
}
