/** What can be set of a task besides what and when; folded away, as most tasks do without. */
import type { ReactNode } from "react"
import { Field } from "../../ui/Field.tsx"
import type { Draft, Fields } from "./draft.ts"
import { catchUps, overlaps, sessions } from "./words.ts"

interface Props {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
  readonly problems: Fields
  readonly open: boolean
}

const optionsOf = (names: Readonly<Record<string, string>>): ReactNode =>
  Object.entries(names).map(([value, name]) => (
    <option key={value} value={value}>
      {name}
    </option>
  ))

const keyOf = <K extends string>(names: Readonly<Record<K, string>>, value: string): K | undefined =>
  Object.hasOwn(names, value) ? (value as K) : undefined

export const Options = ({ draft, open, problems, set }: Props) => (
  <details className="task-options" open={open}>
    <summary>More</summary>
    <div className="form">
      <Field label="When its last run is still at work">
        <select
          className="input"
          value={draft.overlap}
          onChange={({ target }) => set({ overlap: keyOf(overlaps, target.value) ?? "skip" })}
        >
          {optionsOf(overlaps)}
        </select>
      </Field>
      <Field label="Times that passed while Loop was away">
        <select
          className="input"
          value={draft.catch_up}
          onChange={({ target }) => set({ catch_up: keyOf(catchUps, target.value) ?? "latest" })}
        >
          {optionsOf(catchUps)}
        </select>
      </Field>
      <Field
        label="But none that is longer ago than"
        help="Seconds; 86400 is a day."
        problem={problems.catch_up_window_sec}
      >
        <input
          className="input"
          inputMode="numeric"
          value={draft.catch_up_window_sec}
          disabled={draft.catch_up === "none"}
          onChange={({ target }) => set({ catch_up_window_sec: target.value })}
        />
      </Field>
      <Field label="Conversation">
        <select
          className="input"
          value={draft.session}
          onChange={({ target }) => set({ session: keyOf(sessions, target.value) ?? "fresh" })}
        >
          {optionsOf(sessions)}
        </select>
      </Field>
      <Field
        label="Command that is run first"
        help="In the box. Where it prints nothing, there is nothing to do, and no agent is started; what it prints, the agent is told."
        problem={problems.pre_run}
      >
        <input
          className="input mono"
          value={draft.pre_run}
          placeholder="git fetch -q && git log HEAD..@{u} --oneline"
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => set({ pre_run: target.value })}
        />
      </Field>
      <Field
        label="Delete its thread, where there was nothing to report, after"
        help="Seconds; 0 keeps it."
        problem={problems.auto_delete_sec}
      >
        <input
          className="input"
          inputMode="numeric"
          value={draft.auto_delete_sec}
          onChange={({ target }) => set({ auto_delete_sec: target.value })}
        />
      </Field>
    </div>
  </details>
)
