/** The instant of a task that runs once, chosen by the browser's own calendar and clock: local time in the task's zone. */
import { Field } from "../../ui/Field.tsx"

const local = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::00)?$/

/** Whether the picker can show it: an instant with an offset of its own, or with seconds, stays a text. */
export const pickable = (schedule: string): boolean => schedule.trim() === "" || local.test(schedule.trim())

interface Props {
  readonly schedule: string
  /** The task's; undefined while it is not known. */
  readonly zone: string | undefined
  readonly problem: string | undefined
  readonly onChange: (schedule: string) => void
}

export const Moment = ({ onChange, problem, schedule, zone }: Props) => {
  const [, day, clock] = local.exec(schedule.trim()) ?? []
  return (
    <Field label="Day and time" help={`By the clock of ${zone ?? "the zone below"}.`} problem={problem}>
      <input
        className="input when-moment"
        type="datetime-local"
        value={day === undefined ? "" : `${day}T${clock}`}
        max="9999-12-31T23:59"
        onChange={({ target }) => onChange(target.value.replace("T", " "))}
      />
    </Field>
  )
}
