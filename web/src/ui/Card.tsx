import { type ReactNode, useId } from "react"

/** A part of a page with a name. */
export const Card = ({
  actions,
  children,
  title
}: {
  readonly title: string
  readonly children: ReactNode
  readonly actions?: ReactNode
}) => {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  )
}

export const Badge = ({
  children,
  tone = ""
}: {
  readonly children: ReactNode
  readonly tone?: "" | "good" | "bad" | "warn" | "accent"
}) => <span className={`badge ${tone}`}>{children}</span>
