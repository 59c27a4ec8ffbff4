/** What is being written, by channel: it survives going elsewhere and back, and lives no longer than the window. */
import { create } from "zustand"

export interface Draft {
  readonly text: string
  readonly files: ReadonlyArray<File>
}

const blank: Draft = { text: "", files: [] }

export const useDrafts = create<{ readonly drafts: Readonly<Record<string, Draft>>; readonly focus: number }>()(() => ({
  drafts: {},
  focus: 0
}))

/** The channel whose input is shown; empty before there is one. */
let shown = ""

export const useDraft = (channel: string): Draft => {
  shown = channel
  return useDrafts(({ drafts }) => drafts[channel] ?? blank)
}

export const draftOf = (channel: string): Draft => useDrafts.getState().drafts[channel] ?? blank

export const change = (channel: string, changes: Partial<Draft>): void =>
  useDrafts.setState(({ drafts }) => ({
    drafts: { ...drafts, [channel]: { ...(drafts[channel] ?? blank), ...changes } }
  }))

/** Puts a text where the reader can still change it. */
export const propose = (text: string): void => {
  change(shown, { text })
  useDrafts.setState(({ focus }) => ({ focus: focus + 1 }))
}
