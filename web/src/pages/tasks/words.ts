/** What can be set of a task, as people choose it. */
import type { Occurrence, Task } from "../../api/client.ts"

export const types: Readonly<
  Record<Task["type"], { readonly name: string; readonly help: string; readonly example: string }>
> = {
  cron: {
    name: "By the calendar",
    help: "Five fields: minute, hour, day of the month, month, weekday. Or @hourly, @daily, @weekly, @monthly.",
    example: "0 9 * * mon-fri"
  },
  interval: { name: "Every so often", help: "Numbers with w, d, h, m or s, such as 1h30m.", example: "1h30m" },
  once: { name: "Once", help: "In the zone below.", example: "2031-01-31 14:30" }
}

export const overlaps: Readonly<Record<Task["overlap"], string>> = {
  skip: "Leave that time out",
  queue: "Wait, and run then",
  allow: "Run beside it, in a thread"
}

export const catchUps: Readonly<Record<Task["catch_up"], string>> = {
  latest: "Run the latest of them",
  all: "Run them all",
  none: "Leave them out"
}

export const sessions: Readonly<Record<Task["session"], string>> = {
  fresh: "A new one each time",
  task: "One of the task’s own",
  channel: "The channel’s"
}

export const occurrenceTones: Readonly<Record<Occurrence["status"], "" | "good" | "bad" | "warn" | "accent">> = {
  waiting: "accent",
  running: "accent",
  ran: "good",
  failed: "bad",
  skipped: "",
  missed: "warn"
}

/** Why it is not due: undefined where it is. */
export const rest = ({ enabled, next_run_at, paused_reason, type }: Task): string | undefined =>
  enabled && next_run_at !== null
    ? undefined
    : paused_reason !== undefined
      ? "paused itself"
      : type === "once" && !enabled
        ? "off"
        : enabled
          ? "over"
          : "paused"
