/** A scrolled box that stays at its end while its reader is there, and says when its beginning comes near. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react"

const nearEnd = 100
const nearBeginning = 1200

export const useFollow = (onBeginning: () => void) => {
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const follow = useRef(true)
  const [away, setAway] = useState(false)
  const beginning = useRef(onBeginning)
  useEffect(() => {
    beginning.current = onBeginning
  })

  const toEnd = useCallback(() => {
    const box = scroller.current
    if (box !== null && follow.current) box.scrollTop = box.scrollHeight
  }, [])

  // Whatever changes the height (a message, a letter, the bars below): the end stays in sight, before it is painted.
  const observed = useRef<ResizeObserver>(undefined)
  useLayoutEffect(() => {
    toEnd()
    if (observed.current !== undefined || content.current === null || scroller.current === null) return
    const observer = new ResizeObserver(toEnd)
    observer.observe(content.current)
    observer.observe(scroller.current)
    observed.current = observer
  })
  useEffect(
    () => () => {
      observed.current?.disconnect()
      observed.current = undefined
    },
    []
  )

  const onScroll = useCallback(() => {
    const box = scroller.current
    if (box === null) return
    const left = box.scrollHeight - box.scrollTop - box.clientHeight
    follow.current = left < nearEnd
    setAway(left > box.clientHeight)
    if (box.scrollTop < nearBeginning) beginning.current()
  }, [])

  const jump = useCallback(() => {
    follow.current = true
    setAway(false)
    toEnd()
    scroller.current?.focus({ preventScroll: true })
  }, [toEnd])

  return { scroller, content, onScroll, jump, away }
}
