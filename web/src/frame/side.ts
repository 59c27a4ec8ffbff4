/** The list at the side: on a narrow screen it lies over the page while it is open. */
import { create } from "zustand"

interface Side {
  readonly isOpen: boolean
  readonly toggle: () => void
  readonly close: () => void
}

export const useSide = create<Side>()((set) => ({
  isOpen: false,
  toggle: () => set(({ isOpen }) => ({ isOpen: !isOpen })),
  close: () => set({ isOpen: false })
}))
