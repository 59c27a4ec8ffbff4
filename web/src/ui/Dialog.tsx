/** The browser's own modal dialog: it keeps the keyboard inside, closes with Escape and gives the focus back. */
import { X } from "lucide-react"
import { type ReactNode, useEffect, useId, useRef } from "react"
import { Button, IconButton } from "./Button.tsx"

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly className?: string
}

/** Open for as long as it is drawn. */
export const Dialog = ({ children, className = "", onClose, title }: Props) => {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    dialog?.showModal()
    // Not the button that closes it, which comes first.
    dialog?.querySelector<HTMLElement>(".dialog-body :is(input, textarea, select, button)")?.focus()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    // A click on what lies around it closes it; Escape does the same for the keyboard.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === ref.current && onClose()}
      onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton label="Close" onClick={onClose}>
          <X aria-hidden size={18} />
        </IconButton>
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly children: ReactNode
  /** The verb on the button, such as `Delete`. */
  readonly act: string
  readonly danger?: boolean
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something that cannot be taken back. */
export const Confirm = ({ act, busy = false, children, danger = false, onClose, onConfirm, title }: ConfirmProps) => (
  <Dialog title={title} onClose={onClose}>
    <div>{children}</div>
    <div className="dialog-buttons">
      <Button onClick={onClose}>Cancel</Button>
      <Button look={danger ? "danger" : "primary"} disabled={busy} onClick={onConfirm}>
        {act}
      </Button>
    </div>
  </Dialog>
)
