/** What a model call costs. The list is `prices.json`, with its source and date. Pure. */
import prices from "./prices.json" with { type: "json" }

/** Tokens of one model call, as the Messages API counts them; the kinds do not overlap. */
export interface CallUsage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  /** Kept for five minutes. */
  readonly cacheWrite: number
  /** Kept for an hour. */
  readonly cacheWriteHour: number
  readonly webSearches: number
  /** The API's fast mode, and its promise to stay in the US, have prices of their own. */
  readonly fast: boolean
  readonly usOnly: boolean
}

export const noCall: CallUsage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
  webSearches: 0,
  fast: false,
  usOnly: false
}

/** Dollars for a million tokens. */
interface Price {
  readonly input: number
  readonly output: number
  readonly write: number
  readonly writeHour: number
  readonly read: number
}

const price = ([input = 0, output = 0, write = 0, writeHour = 0, read = 0]: ReadonlyArray<number>): Price => ({
  input,
  output,
  write,
  writeHour,
  read
})

const known: ReadonlyArray<readonly [name: string, price: Price]> = Object.entries(prices.models)
  .map(([name, numbers]) => [name, price(numbers)] as const)
  // The longest name that fits is the closest: `claude-opus-4-5` before `claude-opus-4`.
  .toSorted(([a], [b]) => b.length - a.length)

const long = new Map(
  Object.entries(prices.long_prompts).map(([name, { above, price: numbers }]) => [
    name,
    { above, price: price(numbers) }
  ])
)

const [[, first]] = known as readonly [(typeof known)[number], ...typeof known]
const dearest = known.reduce((most, [, each]) => (each.output > most.output ? each : most), first)

/** The part of `us.anthropic.claude-sonnet-4-5-20250929-v1:0` that stands in the list; undefined: the model is not known. */
const nameOf = (model: string): string | undefined =>
  known.find(([name]) => new RegExp(`(^|[^a-z0-9])${name}($|[^0-9a-z])`).test(model.toLowerCase()))?.[0]

export const isKnown = (model: string): boolean => nameOf(model) !== undefined

const priceOf = (model: string, prompt: number): Price => {
  const name = nameOf(model)
  const above = name === undefined ? undefined : long.get(name)
  if (above !== undefined && prompt > above.above) return above.price
  return known.find(([each]) => each === name)?.[1] ?? dearest
}

/** In US dollars. A model that is not known costs as much as the dearest that is. */
export const costOf = (model: string, usage: CallUsage): number => {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWriteHour
  const { input, output, read, write, writeHour } = priceOf(model, prompt)
  const tokens =
    usage.input * input +
    usage.output * output +
    usage.cacheRead * read +
    usage.cacheWrite * write +
    usage.cacheWriteHour * writeHour
  const times = (usage.fast ? prices.fast_times : 1) * (usage.usOnly ? prices.us_only_times : 1)
  return (tokens / 1_000_000) * times + usage.webSearches * prices.web_search
}

/** Bytes of a request for each token, at the least: text has three to four. */
const bytesPerToken = 2

/** More than a call can cost, before it is made. `bytes`: of the request; `maxTokens`: of the answer. */
export const mostOf = (call: { readonly model: string; readonly bytes: number; readonly maxTokens: number }): number =>
  costOf(call.model, { ...noCall, cacheWriteHour: Math.ceil(call.bytes / bytesPerToken), output: call.maxTokens })
