/** Templates: what a channel can add, and adding one once. */
import { Clock, Effect } from "effect"
import type { ChannelId } from "../../domain/Ids.ts"
import { withShipped } from "../../domain/tasks/Shipped.ts"
import { Refused } from "../../services/Conversations.ts"
import type { TemplateEntry } from "../../services/TaskControl.ts"
import { authorsOf, type Subject } from "../../domain/Subject.ts"
import * as Editing from "./Editing.ts"
import { detail, permitted, type Shared } from "./Shared.ts"

const known = Effect.fnUntraced(function* (shared: Shared, subject: Subject, action: "read" | "write", id: ChannelId) {
  const channel = yield* permitted(shared, subject, action, id)
  const root = yield* shared.channels.root(channel)
  const { templates, workDir } = yield* shared.settings.forChannel(channel, root)
  return { templates: withShipped(templates), workDir }
})

export const list = Effect.fn("TaskControl.templates")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const { templates } = yield* known(shared, subject, "read", id)
  return templates.map((template): TemplateEntry => ({
    name: template.name,
    description: template.description,
    type: template.type,
    schedule: template.schedule,
    auto_delete_sec: template.auto_delete_sec,
    project: "project" in template && template.project
  }))
})

export const add = Effect.fn("TaskControl.addTemplate")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  name: string
) {
  const { templates, workDir } = yield* known(shared, subject, "write", id)
  const template = templates.find((each) => each.name === name)
  if (template === undefined) {
    const names = templates.map((each) => each.name).join(", ")
    return yield* new Refused({
      reason: "not_found",
      field: "name",
      message: `There is no template "${name}": there are ${names}.`
    })
  }
  const there = yield* shared.tasks.byTemplate(id, name)
  if (there !== undefined) return { ...(yield* detail(shared, there)), fresh: false }
  const project = "project" in template && template.project ? workDir : null
  const text =
    template.prompt ??
    (yield* shared.files
      .read(template.prompt_path ?? "", project)
      .pipe(
        Effect.catchTag("TemplateUnreadable", ({ message }) =>
          Effect.fail(new Refused({ reason: "invalid", field: "name", message: `Template "${name}": ${message}` }))
        )
      ))
  const { timezone: zone } = yield* shared.settings.current
  const { auto_delete_sec, pre_run = null, schedule, type } = template
  const options = yield* Editing.options({ auto_delete_sec, pre_run })
  const next_run_at = yield* Editing.first({ type, schedule }, zone, yield* Clock.currentTimeMillis)
  const prompt = yield* Editing.prompt(text)
  const written = { channel_id: id, type, schedule, timezone: null, prompt, options, next_run_at, template_name: name }
  const draft = { ...written, on_behalf: authorsOf(subject) }
  const made = yield* shared.tasks.insert(draft)
  // Somebody else was faster.
  const task = made ?? (yield* shared.tasks.byTemplate(id, name))
  if (task === undefined) return yield* Effect.die("a task is there or is made")
  return { ...(yield* detail(shared, task)), fresh: made !== undefined }
})
