/** As much of a service worker's world as ours uses: the compiler's own names for it exclude the document's. */

export interface Clicked extends Event {
  readonly notification: { readonly data: unknown; readonly close: () => void }
  readonly waitUntil: (done: Promise<unknown>) => void
}
export interface Window {
  readonly focus: () => Promise<unknown>
  readonly postMessage: (message: unknown, options: object) => void
}
export interface Worker {
  readonly skipWaiting: () => void
  readonly clients: {
    readonly claim: () => Promise<void>
    readonly matchAll: (options: { readonly type: "window" }) => Promise<ReadonlyArray<Window>>
    readonly openWindow: (url: string) => Promise<unknown>
  }
  readonly addEventListener: (type: string, listener: (event: Clicked) => void) => void
}
