/** Code as it was written, to be copied; its colours come when the highlighter has been loaded. */
import { Check, Copy } from "lucide-react"
import { type ReactNode, useEffect, useState } from "react"
import { DiffText } from "./DiffText.tsx"

const longest = 60_000

/** `live`: more is to come, so it is not coloured yet. */
const useColours = (code: string, language: string, live: boolean): ReactNode => {
  const [coloured, setColoured] = useState<{ readonly code: string; readonly node: ReactNode }>()
  useEffect(() => {
    if (live || language === "" || code.length > longest) return undefined
    let gone = false
    void import("./highlight.ts").then(
      ({ highlight }) => {
        const node = highlight(code, language)
        if (!gone && node !== undefined) setColoured({ code, node })
      },
      // A page that cannot load its highlighter any more shows code without colours.
      () => undefined
    )
    return () => {
      gone = true
    }
  }, [code, language, live])
  return coloured?.code === code ? coloured.node : code
}

export const CopyButton = ({ text, what }: { readonly text: string; readonly what: string }) => {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <button
      type="button"
      className="copy icon"
      aria-label={copied ? "Copied" : what}
      title={what}
      onClick={() => void copy()}
    >
      {copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
    </button>
  )
}

interface Props {
  readonly code: string
  readonly language: string
  readonly live?: boolean
}

const Coloured = ({ code, language, live = false }: Props) => <code>{useColours(code, language, live)}</code>

export const CodeBlock = ({ code, language, live = false }: Props) => (
  <div className="code">
    <div className="code-bar">
      <span>{language}</span>
      <CopyButton text={code} what="Copy the code" />
    </div>
    {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
    <pre tabIndex={0}>
      {language === "diff" || language === "patch" ? (
        <DiffText text={code} />
      ) : (
        <Coloured code={code} language={language} live={live} />
      )}
    </pre>
  </div>
)
