/** A part of the page that could not be loaded: the server cannot be reached, or has a newer page. */
export class NotLoaded extends Error {
  constructor() {
    super("This part of the page could not be loaded. Reload the page once Loop is running.")
  }
}

/** `part(() => import("…"))`: what was thrown says what to do. The router would reload by itself, drafts and all. */
export const part =
  <A>(load: () => Promise<A>) =>
  (): Promise<A> =>
    load().catch(() => {
      throw new NotLoaded()
    })
