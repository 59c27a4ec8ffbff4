/** The files that templates name in `prompt_path`. */
import { Context, Schema, type Effect } from "effect"

/** The file cannot be used; `message` says why and where it was looked for. */
export class TemplateUnreadable extends Schema.TaggedError<TemplateUnreadable>()("TemplateUnreadable", {
  path: Schema.String,
  message: Schema.String
}) {}

export class TemplateFiles extends Context.Service<
  TemplateFiles,
  {
    /**
     * The text of a template's file: from `.loop/templates` of the project where one is given and has it, without following
     * links out of it, else from `LOOP_HOME/templates`.
     */
    readonly read: (path: string, project: string | null) => Effect.Effect<string, TemplateUnreadable>
  }
>()("loop/services/TemplateFiles") {}
