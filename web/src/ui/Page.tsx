/** The frame of every page but the chat: a title, what can be done, and the page below, scrolled by itself. */
import { Menu } from "lucide-react"
import { type ReactNode, useEffect } from "react"
import { useSide } from "../frame/side.ts"
import { IconButton } from "./Button.tsx"

export const MenuButton = () => {
  const { isOpen, toggle } = useSide()
  return (
    <IconButton
      label="Channels and pages"
      className="menu"
      aria-expanded={isOpen}
      aria-controls="side"
      onClick={toggle}
    >
      <Menu aria-hidden size={20} />
    </IconButton>
  )
}

export const Page = ({
  actions,
  children,
  title
}: {
  readonly title: string
  readonly children: ReactNode
  readonly actions?: ReactNode
}) => {
  useEffect(() => {
    document.title = `${title} · Loop`
  }, [title])
  return (
    <main className="page">
      <header className="bar">
        <MenuButton />
        <h1 id="title" tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </header>
      <div className="page-scroll">
        <div className="page-body">{children}</div>
      </div>
    </main>
  )
}
