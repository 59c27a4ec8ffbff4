/** What a refusal of the model API means to a person, and what to do about it. */
import { summary } from "./Text.ts"

/** The API's own words, without what the engine puts before and behind them. */
const wordsOf = (detail: string): string =>
  summary(
    detail
      .replace(/^(Failed to authenticate\. )?API Error: (Request rejected \()?(\d{3}\)?)?( ·)? ?/, "")
      .replace(/ This is a server-side issue, usually temporary[\s\S]*$/, ""),
    300
  )

const sentence = (words: string): string => (/[.!?…]$/.test(words) ? words : `${words}.`)

/** What the relay says itself when the API does not answer, or not to the end. */
const unreached = /^The (answers of the )?model API at \S+ (could not be reached|broke off)/

/** One sentence on what happened and one on what to do. `status` is the HTTP status; null or 0: no answer at all. */
export const apiSentence = (status: number | null, detail: string): string => {
  const words = wordsOf(detail)
  const tell = (what: string) => (words === "" ? `${what}.` : `${what}: ${sentence(words)}`)
  if (status === 502 && unreached.test(words)) {
    return `${sentence(words)} Check the network of this machine and anthropic_base_url, then send the message again.`
  }
  switch (status) {
    case 400:
      return `${tell("The model API did not accept the request (400)")} Change the message or use another model, then send it again.`
    case 401:
      return "The API key was refused (401). Set anthropic_api_key or claude_code_oauth_token in config.json, then send the message again."
    case 402:
      return "The account's credit is used up (402). Add credit or use another key in config.json, then send the message again."
    case 403:
      return `${tell("The model API does not allow this (403)")} Check the rights of the key in config.json, then send the message again.`
    case 404:
      return `${tell("The model API does not know this model or address (404)")} Check claude_model and anthropic_base_url, then send the message again.`
    case 413:
      return "The message is too large for the model API (413). Send it in smaller parts."
    case 429:
      return `${tell("The model API's rate limit is reached (429)")} Wait a little, then send the message again.`
    case 529:
      return "The model API is overloaded (529) and stayed so through every retry. Wait a few minutes, then send the message again."
    case null:
    case 0:
      return `${tell("The model API could not be reached")} Check the network of this machine and anthropic_base_url, then send the message again.`
    default:
      return status >= 500
        ? `${tell(`The model API failed (${status}) through every retry`)} Wait a few minutes, then send the message again.`
        : `${tell(`The model API refused the request (${status})`)} Send the message again when that is mended.`
  }
}
