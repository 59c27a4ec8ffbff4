/**
 * A browser opens six connections to a server at most, over all windows, and an event stream holds one for ever. So only
 * some windows have one; the others use a WebSocket, which does not count. Resolves to whether this window may.
 */
const most = 3

const take = (name: string): Promise<boolean> =>
  new Promise((resolve) => {
    // Held for as long as the window lives.
    const hold = (lock: Lock | null) => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise<never>(() => {})
    }
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(true))
  })

export const mayStream = async (): Promise<boolean> => {
  // Only where the page is served safely does the browser know of other windows.
  if (!("locks" in navigator)) return true
  for (let n = 0; n < most; n++) if (await take(`loop:stream:${n}`)) return true
  return false
}
