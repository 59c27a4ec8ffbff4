/** The templates that come with Loop. Their prompts are files of the package, put into `LOOP_HOME/templates`. */
import type { TaskTemplate } from "../config/parts.ts"

export const shipped: ReadonlyArray<TaskTemplate> = [
  {
    name: "tk-auto-worker",
    description: "Takes tickets that are ready, one at a time, and does the work itself.",
    type: "cron",
    schedule: "*/5 * * * *",
    prompt_path: "tk-auto-worker.md",
    auto_delete_sec: 60
  },
  {
    name: "tk-dispatcher",
    description:
      "Opens a thread with a worker for every ticket that is ready; their branches are merged one after the other.",
    type: "cron",
    schedule: "* * * * *",
    prompt_path: "tk-dispatcher.md",
    auto_delete_sec: 60
  },
  {
    name: "tk-heartbeat",
    description: "Turns tk-dispatcher on while tickets are ready, and off when none are.",
    type: "interval",
    schedule: "5m",
    prompt_path: "tk-heartbeat.md",
    auto_delete_sec: 60
  },
  {
    name: "heartbeat",
    description: "Looks after what HEARTBEAT.md asks to be looked after, and speaks up when something is wrong.",
    type: "interval",
    schedule: "30m",
    prompt_path: "heartbeat.md",
    auto_delete_sec: 60
  },
  {
    name: "daily-summary",
    description: "Sums up the tickets that were closed today.",
    type: "cron",
    schedule: "0 17 * * *",
    prompt_path: "daily-summary.md",
    auto_delete_sec: 0
  }
]

/** By name: what the configuration says goes before what is shipped. */
export const withShipped = <T extends TaskTemplate>(configured: ReadonlyArray<T>): ReadonlyArray<T | TaskTemplate> => [
  ...configured,
  ...shipped.filter(({ name }) => !configured.some((own) => own.name === name))
]
