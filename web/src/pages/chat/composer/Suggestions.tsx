/** The list above the input; the input keeps the focus and says which of them is meant. */
import { useEffect, useRef } from "react"
import type { Suggestion } from "./useSuggestions.ts"

interface Props {
  readonly id: string
  readonly all: ReadonlyArray<Suggestion>
  readonly active: number
  readonly onTake: (suggestion: Suggestion) => void
}

export const suggestionId = (list: string, index: number) => `${list}-${index}`

export const Suggestions = ({ active, all, id, onTake }: Props) => {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" })
  }, [active])
  return (
    <div ref={list} id={id} className="suggestions" role="listbox" aria-label="Commands">
      {all.map((suggestion, index) => (
        // The input has the focus; its keys choose.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
        <div
          key={suggestion.text}
          id={suggestionId(id, index)}
          role="option"
          aria-selected={index === active}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(suggestion)}
        >
          <b>{suggestion.label}</b>
          <span className="dim small">{suggestion.detail}</span>
        </div>
      ))}
    </div>
  )
}
