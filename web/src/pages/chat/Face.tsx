/** Who speaks, as a letter in a colour of their own. */
import { Bot } from "lucide-react"

const hues = 8
const hueOf = (name: string) =>
  [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997, 7) % hues

export const Face = ({ bot = false, name }: { readonly bot?: boolean; readonly name: string }) => (
  <span className="face" data-bot={bot || undefined} data-hue={hueOf(name)} aria-hidden>
    {bot ? <Bot size={17} /> : (Array.from(name)[0] ?? "?").toUpperCase()}
  </span>
)
