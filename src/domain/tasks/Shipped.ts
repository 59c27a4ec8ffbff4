/** The templates that come with Loop. Their prompts are files of the package, put into `LOOP_HOME/templates`. */
import type { TaskTemplate } from "../config/parts.ts"
import { programMissing } from "./Occurrences.ts"

/** Without `tk` the task pauses itself at its first time. What is printed tells the agent that there is something to do. */
const withTk = (command: string): string =>
  `command -v tk >/dev/null || { echo 'tk, the ticket tool, is not in the box. Build the image that has it: loop image build --full. Or put it there yourself: container/setup.sh in LOOP_HOME' >&2; exit ${programMissing}; }; ${command}`

export const shipped: ReadonlyArray<TaskTemplate> = [
  {
    name: "tk-auto-worker",
    description: "Takes tickets that are ready, one at a time, and does the work itself.",
    type: "cron",
    schedule: "*/5 * * * *",
    prompt_path: "tk-auto-worker.md",
    pre_run: withTk("tk ready -T work"),
    auto_delete_sec: 60
  },
  {
    name: "tk-dispatcher",
    description:
      "Opens a thread with a worker for every ticket that is ready; their branches are merged one after the other.",
    type: "cron",
    schedule: "* * * * *",
    prompt_path: "tk-dispatcher.md",
    pre_run: withTk("tk ready -T work && tk ready -T merge"),
    auto_delete_sec: 60
  },
  {
    name: "tk-heartbeat",
    description: "Turns tk-dispatcher on while tickets are ready, and off when none are.",
    type: "interval",
    schedule: "5m",
    prompt_path: "tk-heartbeat.md",
    // It has to do something without tickets, too.
    pre_run: withTk("echo tk is here"),
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
