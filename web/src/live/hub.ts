/** One stream for the whole page: who is interested subscribes, and gets what came within a frame together. */
import { create } from "zustand"
import type { ServerEvent } from "./events.ts"
import { type Connection, listen } from "./stream.ts"

type Batch = ReadonlyArray<ServerEvent>
const readers = new Set<(events: Batch) => void>()
const openings = new Set<(again: boolean) => void>()

export const useConnection = create<Connection>()(() => ({ state: "connecting" }))

/** Called with events in their order, once a frame at most; returns what ends it. */
export const onEvents = (reader: (events: Batch) => void): (() => void) => {
  readers.add(reader)
  return () => void readers.delete(reader)
}

/** Called when the stream is open (`again`: after a break). */
export const onOpened = (reader: (again: boolean) => void): (() => void) => {
  openings.add(reader)
  return () => void openings.delete(reader)
}

const opened = Promise.withResolvers<void>()

/** What is read once this is done can miss nothing: what comes later is told. A stream that does not open holds nobody up. */
export const listening: Promise<unknown> = Promise.race([
  opened.promise,
  new Promise((resolve) => setTimeout(resolve, 3000))
])

let waiting: Array<ServerEvent> = []
let planned = false

const flush = () => {
  planned = false
  const events = waiting
  waiting = []
  if (events.length > 0) for (const reader of readers) reader(events)
}

/** A hidden page draws no frames, but has notifications to give. */
const plan = () => {
  if (planned) return
  planned = true
  if (document.hidden) setTimeout(flush, 100)
  else requestAnimationFrame(flush)
}
document.addEventListener("visibilitychange", () => planned && flush())

let started = false

/** To be called once somebody listens. */
export const start = (): void => {
  if (started) return
  started = true
  listen({
    onEvent: (event) => {
      waiting.push(event)
      plan()
    },
    onOpen: (again) => {
      opened.resolve()
      flush()
      for (const reader of openings) reader(again)
    },
    onState: (state) => useConnection.setState(state, true)
  })
}
