/**
 * The service worker: makes the page installable and shows its notifications. It handles no request and keeps nothing,
 * so what the page shows always comes from the server.
 */
import type { Worker } from "./workerTypes.ts"

const worker = self as unknown as Worker

/** The page says where a notification leads; only a path of its own is followed. */
const pathOf = (data: unknown): string => (typeof data === "string" && /^\/(?!\/)/.test(data) ? data : "/")

const show = async (path: string) => {
  const [open] = await worker.clients.matchAll({ type: "window" })
  if (open === undefined) return worker.clients.openWindow(path)
  open.postMessage({ open: path }, {})
  return open.focus()
}

worker.addEventListener("install", () => worker.skipWaiting())
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()))
worker.addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(show(pathOf(event.notification.data)))
})
