/** Names with what belongs to them, side by side as there is room. */
import type { ReactNode } from "react"

export const Facts = ({ children }: { readonly children: ReactNode }) => <dl className="fact-list">{children}</dl>

export const Fact = ({ children, name }: { readonly name: string; readonly children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
