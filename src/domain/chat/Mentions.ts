/** Mentions of the bot that were written out as text. */
import { mapProse } from "./Fences.ts"

/** What stands for us in every chat, whatever our name is there. */
const anywhere = "LoopBot"

/** Names that begin or end in something else than a letter have no word boundary there. */
const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

/**
 * `@LoopBot` and `@<name>` outside of code become real mentions, all of them, in any case of letters; addresses
 * (`a@loopbot.example`), longer names and everything else stay.
 */
export const real = (text: string, self: { readonly id: string; readonly name: string }): string => {
  if (!text.includes("@")) return text
  const names = [...new Set([self.name, anywhere])].filter((name) => name.trim() !== "")
  // Longest first: one name may begin with the other.
  const any = names
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join("|")
  const written = new RegExp(`(?<![\\p{L}\\p{N}_.<@/-])@(?:${any})(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`, "giu")
  return mapProse(text, (prose) => prose.replaceAll(written, () => `<@${self.id}>`))
}
