/** Names of channels and threads, and the first words of a thread. */
import { summary } from "../Text.ts"

/** What Discord takes, in characters. */
const longest = 100

/** A channel's name from its directory: the last part, in small letters and without what a channel's name may not have. */
export const ofDirectory = (dir: string): string => {
  const last = dir.slice(dir.lastIndexOf("/") + 1)
  const name = last
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, "-")
    .replaceAll(/^-+|-+$/g, "")
  return Array.from(name === "" ? "root" : name)
    .slice(0, longest - 5)
    .join("")
}

/** Tells directories of the same name apart, the same at every time: four hex digits of its path (FNV-1a). */
export const suffixOf = (dir: string): string => {
  let hash = 0x81_1c_9d_c5
  for (const byte of new TextEncoder().encode(dir)) hash = Math.imul(hash ^ byte, 0x01_00_01_93) >>> 0
  return (hash & 0xff_ff).toString(16).padStart(4, "0")
}

export const ofThread = (name: string): string => summary(name, longest)

/** Ways of calling the bot in a text: both forms of its mention, and its name behind an @ in whatever case. */
const withoutBot = (text: string, bot: { readonly id: string; readonly name: string }): string => {
  const name = bot.name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
  return text
    .replaceAll(new RegExp(`<@!?${bot.id}>|@${name}(?![\\p{L}\\p{N}_])`, "giu"), "")
    .replaceAll(/[^\S\n]{2,}/g, " ")
    .trim()
}

/**
 * The first message of a thread: what is asked of the agent, and what is shown. The text goes to the agent at once, so
 * what is shown does not call the bot a second time. `person`: a platform's own id of whom it is for.
 */
export const opening = (
  text: string | undefined,
  bot: { readonly id: string; readonly name: string },
  person: string | undefined
): { readonly prompt: string | undefined; readonly shown: string } => {
  const prompt = withoutBot(text ?? "", bot)
  const mention = person === undefined ? "" : `<@${person}>`
  if (prompt !== "") return { prompt, shown: [prompt, mention].filter((part) => part !== "").join(" ") }
  const hello = mention === "" ? "Hello!" : `Hello ${mention}!`
  return { prompt: undefined, shown: `${hello} Write here what you would like to have done.` }
}
