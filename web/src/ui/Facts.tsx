/** Names with what belongs to them, side by side as there is room. */
import type { ReactNode } from "react"

export const Facts = ({ children }: { readonly children: ReactNode }) => <dl className="fact-list">{children}</dl>

interface Props {
  readonly name: string
  readonly children: ReactNode
  /** Has the room of two. */
  readonly wide?: boolean
}

export const Fact = ({ children, name, wide = false }: Props) => (
  <div className={wide ? "fact-wide" : undefined}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
