/** What stands where there is nothing yet, where something is on its way, and where something went wrong. */
import type { ReactNode } from "react"
import { sentenceOf } from "../api/client.ts"
import { Button } from "./Button.tsx"

/** `children`: what to do about it. */
export const Empty = ({
  actions,
  children,
  title
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) => (
  <div className="empty">
    <h2>{title}</h2>
    {children}
    {actions !== undefined && <div className="actions">{actions}</div>}
  </div>
)

export const Loading = ({ what = "Loading" }: { readonly what?: string }) => (
  <div className="loading" role="status">
    <span className="spinner" aria-hidden />
    <span className="unseen">{what}</span>
  </div>
)

/** `error`: anything that was thrown; a `Problem` has the server's own sentence. */
export const Failed = ({
  act = "Try again",
  error,
  onRetry
}: {
  readonly error: unknown
  /** What `onRetry` does. */
  readonly act?: string
  readonly onRetry?: () => void
}) => (
  <div className="problem" role="alert">
    <p>{sentenceOf(error)}</p>
    {onRetry !== undefined && (
      <Button tiny onClick={onRetry}>
        {act}
      </Button>
    )}
  </div>
)
