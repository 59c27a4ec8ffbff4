/** `TaskControl`: rows first; the scheduler hears of every change by the rows' signal. */
import { Clock, Effect, Layer } from "effect"
import * as ButtonIds from "../../domain/chat/ButtonIds.ts"
import * as Words from "../../domain/tasks/Words.ts"
import { Refused } from "../../services/Conversations.ts"
import { type TaskChanges, TaskControl, type TaskDraft } from "../../services/TaskControl.ts"
import { authorsOf, type Subject } from "../../domain/Subject.ts"
import * as Editing from "./Editing.ts"
import * as Looking from "./Looking.ts"
import { acting, detail, known, make, onOthers, permitted, type Shared } from "./Shared.ts"
import * as Templates from "./Templates.ts"

const add = Effect.fn("TaskControl.add")(function* (shared: Shared, subject: Subject, draft: TaskDraft) {
  const { channel_id } = yield* permitted(shared, subject, "write", draft.channel_id)
  const timezone = yield* Editing.timezone(draft.timezone ?? null)
  const prompt = yield* Editing.prompt(draft.prompt)
  const options = yield* Editing.options(draft)
  const schedule = draft.schedule.trim()
  const { timezone: configured } = yield* shared.settings.current
  const now = yield* Clock.currentTimeMillis
  const next_run_at = yield* Editing.first({ type: draft.type, schedule }, timezone ?? configured, now)
  const row = {
    channel_id,
    type: draft.type,
    schedule,
    timezone,
    prompt,
    options,
    next_run_at,
    template_name: null,
    on_behalf: authorsOf(subject)
  }
  const task = yield* shared.tasks.insert(row)
  if (task === undefined) return yield* Effect.die("a task without a template is always new")
  return yield* detail(shared, task)
})

/** As the task is at that moment: what others set meanwhile stays. */
const edit = Effect.fn("TaskControl.edit")(function* (
  shared: Shared,
  subject: Subject,
  id: number,
  changes: TaskChanges | "toggle"
) {
  const { act } = yield* acting(shared, subject, "change", id)
  const { timezone } = yield* shared.settings.current
  const now = yield* Clock.currentTimeMillis
  const task = yield* shared.store.transaction(
    Effect.gen(function* () {
      const before = yield* known(shared, subject, "write", id)
      const wanted = changes === "toggle" ? { enabled: !before.enabled } : changes
      const patch = yield* Editing.patchOf(before, wanted, timezone, now)
      if (patch.enabled === false) yield* shared.tasks.withdraw(id, Words.turnedOff)
      if (patch.enabled === true) yield* shared.messages.unbutton(before.channel_id, ButtonIds.resume(id))
      if (Object.keys(patch).length > 0) yield* onOthers(shared, act, id)
      if (patch.prompt !== undefined || patch.options !== undefined) yield* shared.tasks.sign(id, authorsOf(subject))
      return (yield* shared.tasks.patch(id, patch)) ?? before
    })
  )
  return yield* detail(shared, task)
})

const remove = Effect.fn("TaskControl.remove")(function* (shared: Shared, subject: Subject, id: number) {
  const { act } = yield* acting(shared, subject, "remove", id)
  yield* shared.store.transaction(Effect.andThen(shared.tasks.remove(id), shared.audit.record(act)))
})

const runNow = Effect.fn("TaskControl.runNow")(function* (shared: Shared, subject: Subject, id: number) {
  const { act, task } = yield* acting(shared, subject, "run", id)
  const busy = ((yield* shared.tasks.open([id])).get(id) ?? 0) > 0
  const conflict = new Refused({
    reason: "conflict",
    field: null,
    message: `Task ${id} is at work or waits for its turn: stop it first, or wait for its end.`
  })
  if (busy && task.options.overlap === "skip") return yield* conflict
  const now = yield* Clock.currentTimeMillis
  const verdict = { at: now, status: "waiting", reason: null, aside: false } as const
  const claim = shared.tasks.claim([{ task, next: undefined, verdicts: [verdict] }], now)
  const [occurrence] = yield* shared.store.transaction(
    Effect.tap(claim, (claimed) => (claimed.length === 0 ? Effect.void : onOthers(shared, act, id)))
  )
  if (occurrence === undefined) return yield* conflict
  yield* shared.gate.wake(task.channel_id)
  return occurrence
})

export const layer = Layer.effect(
  TaskControl,
  Effect.map(make, (shared) =>
    TaskControl.of({
      add: (subject, draft) => add(shared, subject, draft),
      list: Effect.fn("TaskControl.list")(function* (subject, channel) {
        yield* permitted(shared, subject, "read", channel)
        return yield* shared.tasks.ofChannel(channel)
      }),
      all: (subject, limit) => Looking.all(shared, subject, limit),
      preview: (draft) => Looking.preview(shared, draft),
      calendar: (subject, asked) => Looking.calendar(shared, subject, asked),
      get: Effect.fn("TaskControl.get")(function* (subject, id) {
        return yield* detail(shared, yield* known(shared, subject, "read", id))
      }),
      edit: (subject, id, changes) => edit(shared, subject, id, changes),
      toggle: (subject, id) => edit(shared, subject, id, "toggle"),
      remove: (subject, id) => remove(shared, subject, id),
      runNow: (subject, id) => runNow(shared, subject, id),
      history: Effect.fn("TaskControl.history")(function* (subject, id, page) {
        yield* known(shared, subject, "read", id)
        return yield* shared.tasks.history(id, page)
      }),
      templates: (subject, channel) => Templates.list(shared, subject, channel),
      addTemplate: (subject, channel, name) => Templates.add(shared, subject, channel, name)
    })
  )
)
