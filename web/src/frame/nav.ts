/** The pages, in the order in which they are offered. */
import { CalendarClock, ChartColumn, type LucideIcon, MessageSquare, Play, Settings } from "lucide-react"

export interface NavEntry {
  readonly to: "/" | "/runs" | "/tasks" | "/spend" | "/setup"
  readonly name: string
  readonly icon: LucideIcon
}

export const nav: ReadonlyArray<NavEntry> = [
  { to: "/", name: "Chat", icon: MessageSquare },
  { to: "/runs", name: "Runs", icon: Play },
  { to: "/tasks", name: "Tasks", icon: CalendarClock },
  { to: "/spend", name: "Spend", icon: ChartColumn },
  { to: "/setup", name: "Setup", icon: Settings }
]
