/** `loop tasks`: scheduled work, by the server's interface. */
import { Console, Effect, Option, Schema } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { ask, json, printJson } from "./Ask.ts"
import type { Operations } from "../http/openapi.generated.ts"
import { Client } from "./Client.ts"
import { printTable } from "./Table.ts"
import * as Setting from "./tasks/Setting.ts"
import * as Shown from "./tasks/Shown.ts"

const id = Argument.Int("id").pipe(Argument.withDescription("The task's id"))
const channel = Flag.String("channel").pipe(Flag.withAlias("c"), Flag.withDescription("The channel's id"))
/** The path's part. */
const of = (id: number) => ({ id: String(id) })

const change = (id: number, body: Operations["PATCH /api/tasks/{id}"]["body"]) =>
  ask("PATCH /api/tasks/{id}", Shown.Task, { path: of(id), body })

/** Prints a task as JSON or says what it has become. */
const told = Effect.fnUntraced(function* (json: boolean, what: string, asked: ReturnType<typeof change>) {
  const { raw, value } = yield* asked
  yield* json ? printJson(raw) : Shown.announce(value, what)
})

const add = Command.make(
  "add",
  {
    channel,
    ...Setting.flags,
    json,
    prompt: Argument.String("prompt").pipe(
      Argument.withDescription("What the agent is to do each time"),
      Argument.variadic({ min: 1 })
    )
  },
  ({ channel, json, prompt, ...given }) =>
    Effect.flatMap(Setting.schedule(given), (schedule) =>
      told(
        json,
        "is scheduled",
        ask("POST /api/tasks", Shown.Task, {
          body: { channel_id: channel, prompt: prompt.join(" "), ...Setting.body(given), ...schedule }
        })
      )
    )
).pipe(
  Command.validate((given) => Setting.scheduledOnce(given)),
  Command.withDescription("Schedule work in a channel; shows its next five times"),
  Command.withExamples([
    {
      command:
        'loop tasks add --channel local:abc --cron "0 9 * * mon-fri" --timezone Europe/Berlin "Look for new issues"',
      description: "Every working day at nine"
    }
  ])
)

const list = Command.make(
  "list",
  { channel, json },
  Effect.fnUntraced(function* ({ channel, json }) {
    const { raw, value } = yield* ask("GET /api/tasks", Schema.Array(Shown.Task), { query: { channel_id: channel } })
    yield* json ? printJson(raw) : printTable(Shown.head, value.map(Shown.row))
  })
).pipe(Command.withDescription("List a channel's tasks, those that are due next first"))

const edit = Command.make(
  "edit",
  {
    id,
    ...Setting.flags,
    prompt: Flag.String("prompt").pipe(Flag.withDescription("What the agent is to do"), Flag.optional),
    json
  },
  ({ id, json, prompt, ...given }) =>
    told(
      json,
      "is changed",
      change(id, { ...Setting.body(given), ...(Option.isSome(prompt) && { prompt: prompt.value }) })
    )
).pipe(
  Command.validate(({ prompt, ...given }) =>
    Option.isNone(prompt) && Object.keys(Setting.body(given)).length === 0
      ? Effect.fail(new CliError.ValidationError({ message: "Name something to change." }))
      : Setting.scheduledOnceAtMost(given)
  ),
  Command.withDescription("Change a task; what is not named stays. Shows its next five times")
)

const turn = (name: "pause" | "resume", enabled: boolean, what: string, description: string) =>
  Command.make(name, { id, json }, ({ id, json }) => told(json, what, change(id, { enabled }))).pipe(
    Command.withDescription(description)
  )

const rm = Command.make(
  "rm",
  { id, json },
  Effect.fnUntraced(function* ({ id, json }) {
    yield* Client.use((client) => client.call("DELETE /api/tasks/{id}", { path: of(id) }))
    yield* json ? printJson({ id, deleted: true }) : Console.log(`Task ${id} is deleted.`)
  })
).pipe(Command.withDescription("Delete a task with its history; a run that is at work goes on"))

const runNow = Command.make(
  "run-now",
  { id, json },
  Effect.fnUntraced(function* ({ id, json }) {
    const { raw } = yield* ask("POST /api/tasks/{id}/run", Shown.Occurrence, { path: of(id) })
    yield* json ? printJson(raw) : Console.log(`Task ${id} waits for its turn. "loop tasks history ${id}" shows it.`)
  })
).pipe(Command.withDescription("Run a task now, beside its schedule"))

const history = Command.make(
  "history",
  {
    id,
    limit: Flag.Int("limit").pipe(Flag.withDescription("At most so many"), Flag.withDefault(20)),
    json
  },
  Effect.fnUntraced(function* ({ id, json, limit }) {
    const { raw, value } = yield* ask("GET /api/tasks/{id}/runs", Schema.Array(Shown.Occurrence), {
      path: of(id),
      query: { limit }
    })
    yield* json ? printJson(raw) : printTable(Shown.historyHead, value.map(Shown.historyRow))
  })
).pipe(Command.withDescription("Show what became of each of a task's times, newest first"))

export const tasks = Command.make("tasks").pipe(
  Command.withDescription("Scheduled work"),
  Command.withSubcommands([
    add,
    list,
    edit,
    turn("pause", false, "is paused", "Turn a task off"),
    turn("resume", true, "is on again", "Turn a task on; its next time is worked out anew"),
    rm,
    runNow,
    history
  ])
)
