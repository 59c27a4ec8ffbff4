/** Instants in the viewer's zone; the whole of it, with the zone, is what the mouse is told. */
import { useEffect, useState } from "react"
import { clock, duration, inFull, moment, relative } from "../lib/time.ts"

/** Draws anew every so many milliseconds; the present instant. */
export const useNow = (every: number, on = true): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!on) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every, on])
  return now
}

const texts = { clock, moment, relative }

interface Props {
  /** RFC 3339. */
  readonly at: string
  /** `clock`: 14:05; `moment`: with the day where it is not today's; `relative`: 3 min ago. */
  readonly as?: keyof typeof texts
}

export const Time = ({ as = "moment", at }: Props) => {
  useNow(30_000, as === "relative")
  return (
    <time dateTime={at} title={inFull(at)} className="num">
      {texts[as](at)}
    </time>
  )
}

/** How long something has been going on. */
export const Elapsed = ({ since }: { readonly since: string }) => {
  const now = useNow(1000)
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  return <span className="num">{seconds < 10 ? `${seconds} s` : duration(seconds * 1000)}</span>
}
