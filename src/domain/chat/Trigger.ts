/** Whether a message of a chat platform calls Loop, and what of its text is meant for it. */

/** A message as far as that is decided by it. */
export interface Heard {
  /** As it was written, mentions in the platform's notation. */
  readonly content: string
  /** Written by the bot itself. */
  readonly own: boolean
  readonly mentionsUs: boolean
  readonly repliesToUs: boolean
  readonly direct: boolean
  /** In a thread that the bot opened. */
  readonly ours: boolean
}

const prefix = "!loop"

const mention = (bot: string) => `<@${bot}>`

const startsWithPrefix = (content: string) => content.slice(0, prefix.length).toLowerCase() === prefix

/**
 * What the bot itself wrote calls it only by a mention in the text: a platform adds whom a reply answers to the list of
 * mentions by itself, and the bot would answer its own answers. Other bots are people like everybody: what they may do is
 * what they were granted, and without a grant that is nothing.
 */
export const calls = (message: Heard, bot: string): boolean => {
  const mentioned = message.content.includes(mention(bot))
  if (message.own) return mentioned
  return (
    mentioned ||
    message.mentionsUs ||
    message.repliesToUs ||
    message.direct ||
    message.ours ||
    startsWithPrefix(message.content)
  )
}

/** The text without what called: every mention, or else the prefix. */
export const textOf = ({ content, mentionsUs }: Pick<Heard, "content" | "mentionsUs">, bot: string): string => {
  if (mentionsUs || content.includes(mention(bot))) {
    return content.replaceAll(mention(bot), "").replaceAll(`<@!${bot}>`, "").trim()
  }
  return startsWithPrefix(content) ? content.slice(prefix.length).trim() : content.trim()
}
