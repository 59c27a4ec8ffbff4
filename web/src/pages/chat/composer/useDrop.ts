/** Files that are dragged over the page, wherever on it. */
import { useEffect, useRef, useState } from "react"
import { holdsDirectory } from "./files.ts"

interface Options {
  readonly onFiles: (files: ReadonlyArray<File>) => void
  readonly onDirectory: () => void
}

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true

/** Whether something hangs over the page now. */
export const useDrop = (options: Options): boolean => {
  const [dropping, setDropping] = useState(false)
  const latest = useRef(options)
  useEffect(() => {
    latest.current = options
  })
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      setDropping(true)
    }
    const leave = (event: DragEvent) => event.relatedTarget === null && setDropping(false)
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      setDropping(false)
      const { files, items } = event.dataTransfer
      if (holdsDirectory(items)) latest.current.onDirectory()
      else latest.current.onFiles([...files])
    }
    document.addEventListener("dragover", over)
    document.addEventListener("dragleave", leave)
    document.addEventListener("drop", drop)
    return () => {
      document.removeEventListener("dragover", over)
      document.removeEventListener("dragleave", leave)
      document.removeEventListener("drop", drop)
    }
  }, [])
  return dropping
}
