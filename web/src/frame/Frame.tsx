/** What is around every page: the list at the side, the line that says that the connection is lost, Ctrl-K. */
import { Outlet } from "@tanstack/react-router"
import { lazy, Suspense, useEffect, useState } from "react"
import { NotLoaded, part } from "../lib/part.ts"
import { useConnection } from "../live/hub.ts"
import { useNewer } from "../live/newer.ts"
import { Button } from "../ui/Button.tsx"
import { Dialog } from "../ui/Dialog.tsx"
import { Guard } from "../ui/Guard.tsx"
import { Failed } from "../ui/States.tsx"
import { Side } from "./Side.tsx"
import { useSide } from "./side.ts"
import { useWalk } from "./walk.ts"

const Palette = lazy(part(() => import("./Palette.tsx")))

/** A connection that is back within a moment is not worth a word. */
const patience = 800

const LostLine = () => {
  const { detail, state } = useConnection()
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (state !== "lost") return setLate(false)
    const timer = setTimeout(() => setLate(true), patience)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <p id="lost" role="status" hidden={!late}>
      {late ? (detail ?? "The connection to Loop is lost. Trying again…") : ""}
    </p>
  )
}

const NewerLine = () => {
  const { isThere } = useNewer()
  return (
    <p id="newer" role="status" hidden={!isThere}>
      {isThere && (
        <>
          Loop was updated.{" "}
          <Button tiny onClick={() => location.reload()}>
            Reload the page
          </Button>
        </>
      )}
    </p>
  )
}

const usePaletteKey = () => {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      setOpen((is) => !is)
    }
    window.addEventListener("keydown", press)
    return () => window.removeEventListener("keydown", press)
  }, [])
  return [open, setOpen] as const
}

const NoPalette = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title="Search" onClose={onClose}>
    <Failed error={new NotLoaded()} act="Reload the page" onRetry={() => location.reload()} />
  </Dialog>
)

export const Frame = () => {
  const { close, isOpen } = useSide()
  const [palette, setPalette] = usePaletteKey()
  useWalk()
  return (
    <div className="frame" data-side={isOpen ? "open" : "closed"}>
      <a className="skip" href="#title">
        Skip to the page
      </a>
      <Side onSearch={() => setPalette(true)} />
      {isOpen && <button type="button" className="veil" aria-label="Close the list" onClick={close} />}
      <div className="stage">
        <LostLine />
        <NewerLine />
        <Outlet />
      </div>
      {palette && (
        <Guard instead={<NoPalette onClose={() => setPalette(false)} />}>
          <Suspense>
            <Palette onClose={() => setPalette(false)} />
          </Suspense>
        </Guard>
      )}
    </div>
  )
}
