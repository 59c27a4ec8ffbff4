/**
 * Notifications of answers, questions and failures, for whoever looks elsewhere. The browser's permission is asked for
 * when somebody turns them on, never before. They hold no more than the name of the channel and the beginning of a text.
 */
import { create } from "zustand"
import { channelsQuery, queries } from "../api/queries.ts"
import { remembered } from "../lib/storage.ts"
import type { ServerEvent } from "../live/events.ts"
import { onEvents } from "../live/hub.ts"

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"
const wanted = remembered("notify", false, isBoolean)

const possible = "Notification" in window && "serviceWorker" in navigator && window.isSecureContext
type State = "on" | "off" | "blocked" | "impossible"

const stateNow = (): State => {
  if (!possible) return "impossible"
  if (Notification.permission === "denied") return "blocked"
  return wanted.get() && Notification.permission === "granted" ? "on" : "off"
}
const useState = create<{ readonly state: State }>()(() => ({ state: stateNow() }))

export const useNotifications = (): State => useState(({ state }) => state)

export const toggleNotifications = async (): Promise<void> => {
  wanted.set(stateNow() !== "on")
  if (wanted.get() && possible && Notification.permission === "default") await Notification.requestPermission()
  useState.setState({ state: stateNow() })
}

interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string }
  ) => { readonly createScriptURL: (url: string) => string }
}

/** The page's policy takes no address of a script as mere text. */
const workerUrl = (): string => {
  const { trustedTypes } = window as unknown as { readonly trustedTypes?: TrustedTypes }
  const path = "/worker.js"
  return trustedTypes?.createPolicy("loop-worker", { createScriptURL: () => path }).createScriptURL(path) ?? path
}

if (possible) {
  window.addEventListener("load", () => void navigator.serviceWorker.register(workerUrl()).catch(() => undefined))
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ readonly open?: string }>) => {
    if (typeof data.open === "string") window.dispatchEvent(new CustomEvent("loop:open", { detail: data.open }))
  })
}

const brief = (text: string): string => (text.length > 140 ? `${text.slice(0, 139)}…` : text)

/** What a person is told of, and under which name: a newer one of the same name takes its place. */
const noticeOf = (event: ServerEvent): { readonly tag: string; readonly body: string } | undefined => {
  switch (event.type) {
    case "approval.requested":
      return { tag: `ask:${event.data.approval_id}`, body: "The agent waits for your answer." }
    case "run.ended":
      return event.data.status === "failed" || event.data.status === "timed_out"
        ? { tag: `run:${event.run_id}`, body: "The run failed." }
        : undefined
    case "message.created":
      return event.data.is_bot
        ? { tag: `run:${event.run_id ?? event.data.message_id}`, body: brief(event.data.content) }
        : undefined
    default:
      return undefined
  }
}

const show = async (event: ServerEvent) => {
  const notice = noticeOf(event)
  if (notice === undefined || event.channel_id === null) return
  const channel = queries.getQueryData(channelsQuery.queryKey)?.find((each) => each.channel_id === event.channel_id)
  const worker = await navigator.serviceWorker.ready
  await worker.showNotification(channel?.name ?? "Loop", {
    body: notice.body,
    tag: notice.tag,
    icon: "/icon-192.png",
    data: `/c/${encodeURIComponent(event.channel_id)}`
  })
}

/** What is told again after a long break is no news. */
const newsFor = 120_000

onEvents((events) => {
  if (document.visibilityState === "visible" || stateNow() !== "on") return
  for (const event of events) if (Date.now() - Date.parse(event.at) < newsFor) void show(event)
})
