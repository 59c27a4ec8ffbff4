/** One stream for the whole page: who is interested subscribes, and gets what came within a frame together. */
import { create } from "zustand"
import type { ServerEvent } from "./events.ts"
import { type Connection, listen, type Opening } from "./stream.ts"

type Batch = ReadonlyArray<ServerEvent>
const readers = new Set<(events: Batch) => void>()
const openings = new Set<(opening: Opening) => void>()

export const useConnection = create<Connection>()(() => ({ state: "connecting" }))

/** Called with events in their order, once a frame at most; returns what ends it. */
export const onEvents = (reader: (events: Batch) => void): (() => void) => {
  readers.add(reader)
  return () => void readers.delete(reader)
}

/** Called when the stream is open; `late` also for the first time, when somebody has read already. */
export const onOpened = (reader: (opening: Opening) => void): (() => void) => {
  openings.add(reader)
  return () => void openings.delete(reader)
}

const patience = 3000
const listening = Promise.withResolvers<void>()
/** Whether somebody has read without being told of what comes. */
let late = false

/** What is read once this is done can miss nothing: what comes later is told. A stream that does not open holds nobody up. */
export const isListening = (): Promise<void> => listening.promise

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
const isOpen = () => useConnection.getState().state === "open"

/** To be called once somebody listens. */
export const start = (): void => {
  if (started) return
  started = true
  setTimeout(() => {
    late = !isOpen()
    listening.resolve()
  }, patience)
  listen({
    onEvent: (event) => {
      waiting.push(event)
      plan()
    },
    onOpen: (opening) => {
      flush()
      for (const reader of openings) reader(opening === "first" && late ? "late" : opening)
      late = false
      listening.resolve()
    },
    onState: (state) => useConnection.setState(state, true)
  })
}
