/** When a task is due: how it is written, in which zone, and what that means, while it is being typed. */
import { useId } from "react"
import type { Task } from "../../api/client.ts"
import { Field } from "../../ui/Field.tsx"
import type { Draft, Fields } from "./draft.ts"
import { Instants } from "./Instants.tsx"
import { usePreview } from "./usePreview.ts"
import { types } from "./words.ts"
import { Moment, pickable } from "./Moment.tsx"
import { zones } from "./zones.ts"

interface Props {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
  readonly problems: Fields
  readonly kept: Task | undefined
}

const kinds = ["cron", "interval", "once"] as const

export const When = ({ draft, kept, problems, set }: Props) => {
  const group = useId()
  const { next, zone, ...refused } = usePreview(draft, kept)
  const { example, help } = types[draft.type]
  return (
    <fieldset className="task-when">
      <legend>When</legend>
      <div className="when-kinds">
        {kinds.map((type) => (
          <label key={type} className="when-kind">
            <input type="radio" name={group} checked={draft.type === type} onChange={() => set({ type })} />
            {types[type].name}
          </label>
        ))}
      </div>
      {draft.type === "once" && pickable(draft.schedule) ? (
        <Moment
          schedule={draft.schedule}
          zone={zone}
          problem={problems.schedule ?? refused.schedule}
          onChange={(schedule) => set({ schedule })}
        />
      ) : (
        <Field label="Schedule" help={help} problem={problems.schedule ?? refused.schedule}>
          <input
            className="input mono"
            value={draft.schedule}
            placeholder={example}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => set({ schedule: target.value })}
          />
        </Field>
      )}
      <Field
        label="Time zone"
        help="Empty: the one of the configuration."
        problem={problems.timezone ?? refused.timezone}
      >
        <input
          className="input"
          value={draft.timezone}
          placeholder={zone ?? "Europe/Berlin"}
          list={`${group}-zones`}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => set({ timezone: target.value })}
        />
      </Field>
      <datalist id={`${group}-zones`}>
        {zones.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <div className="task-preview" role="status">
        <p className="small dim">{next === undefined ? "The next times" : `The next times in ${zone ?? ""}`}</p>
        {next === undefined ? (
          <p className="dim small">
            {refused.schedule === undefined && refused.timezone === undefined
              ? "They are shown here once there is a schedule."
              : "None, as it is written now."}
          </p>
        ) : next.length === 0 ? (
          <p className="dim small">None: it is over.</p>
        ) : (
          <Instants all={next} zone={zone ?? "UTC"} />
        )}
      </div>
    </fieldset>
  )
}
