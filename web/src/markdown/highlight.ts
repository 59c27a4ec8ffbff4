/** Colours for code. Loaded when the first block of code is shown; its result is elements, never markup. */
import { common, createLowlight } from "lowlight"
import { createElement, type ReactNode } from "react"

const lowlight = createLowlight(common)

interface Node {
  readonly type: string
  readonly value?: string
  readonly children?: ReadonlyArray<Node>
  readonly properties?: { readonly className?: ReadonlyArray<string> }
}

const draw = (node: Node, key: number): ReactNode => {
  if (node.type === "text") return node.value
  const className = node.properties?.className?.join(" ")
  return createElement(
    "span",
    { key, ...(className !== undefined && { className }) },
    ...(node.children ?? []).map(draw)
  )
}

/** Undefined for a language that is not known. */
export const highlight = (code: string, language: string): ReactNode =>
  lowlight.registered(language) ? (lowlight.highlight(language, code) as Node).children?.map(draw) : undefined
