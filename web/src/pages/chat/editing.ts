import { create } from "zustand"

/** The waiting message that is being edited: with its row, or from the input by the arrow up. */
export const useEditing = create<{ readonly message: string | undefined }>()(() => ({ message: undefined }))
