/** The flags that say when a task runs and how, and the body that they mean to the server. */
import { Effect, Option } from "effect"
import { CliError, Flag } from "effect/cli"
import { CatchUp, Overlap, TaskSession } from "../../domain/tasks/Task.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const seconds = (name: string, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(`${description}, in seconds`), Flag.optional)

export const flags = {
  cron: text("cron", 'When: five fields such as "0 9 * * mon-fri", or @daily and its kin'),
  every: text("every", "Or at an interval: 1h30m, 2d; ten seconds at least"),
  at: text("at", "Or once: 2031-05-04T09:00 in the task's zone, or with an offset"),
  timezone: text("timezone", "The zone that the schedule means, such as Europe/Berlin; else the configuration's"),
  overlap: Flag.Literals("overlap", Overlap.literals).pipe(
    Flag.withDescription("What happens while its last run is still at work"),
    Flag.optional
  ),
  catchUp: Flag.Literals("catch-up", CatchUp.literals).pipe(
    Flag.withDescription("Which of the times are run that passed while Loop was away"),
    Flag.optional
  ),
  catchUpWindow: seconds("catch-up-window", "How long ago they may be"),
  session: Flag.Literals("session", TaskSession.literals).pipe(
    Flag.withDescription("Its conversation: a new one each time, one of its own, or the channel's"),
    Flag.optional
  ),
  autoDelete: seconds("auto-delete", "Delete the thread of a run with nothing to report after that time; 0 keeps it"),
  preRun: text("pre-run", "A shell command, run in the box first: without output there is nothing to do")
}

interface Given {
  readonly cron: Option.Option<string>
  readonly every: Option.Option<string>
  readonly at: Option.Option<string>
  readonly timezone: Option.Option<string>
  readonly overlap: Option.Option<Overlap>
  readonly catchUp: Option.Option<CatchUp>
  readonly catchUpWindow: Option.Option<number>
  readonly session: Option.Option<TaskSession>
  readonly autoDelete: Option.Option<number>
  readonly preRun: Option.Option<string>
}

const kinds = { cron: "cron", every: "interval", at: "once" } as const

const schedules = (given: Given) =>
  (["cron", "every", "at"] as const).flatMap((flag) => {
    const schedule = given[flag]
    return Option.isSome(schedule) ? [{ type: kinds[flag], schedule: schedule.value }] : []
  })

const refuse = (message: string) => Effect.fail(new CliError.ValidationError({ message }))

/** Of a new task: when it runs must be said, in one way. */
export const schedule = (given: Given) => {
  const [only, ...more] = schedules(given)
  return only !== undefined && more.length === 0
    ? Effect.succeed(only)
    : refuse("Say when it runs with one of --cron, --every and --at.")
}

export const scheduledOnce = (given: Given) => Effect.asVoid(schedule(given))

export const scheduledOnceAtMost = (given: Given) =>
  schedules(given).length <= 1 ? Effect.void : refuse("Say when it runs with one of --cron, --every and --at alone.")

const set = <K extends string, A>(key: K, value: Option.Option<A>): { readonly [_ in K]?: A } =>
  Option.isSome(value) ? ({ [key]: value.value } as { readonly [_ in K]: A }) : {}

/** The keys of the server's interface for what was given. */
export const body = (given: Given) => ({
  ...schedules(given)[0],
  ...set("timezone", given.timezone),
  ...set("overlap", given.overlap),
  ...set("catch_up", given.catchUp),
  ...set("catch_up_window_sec", given.catchUpWindow),
  ...set("session", given.session),
  ...set("auto_delete_sec", given.autoDelete),
  ...set("pre_run", given.preRun)
})
