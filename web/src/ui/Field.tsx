/** A form's field: its name, its control, what helps and what is wrong, tied together for those who cannot see them. */
import { type ReactElement, cloneElement, useId } from "react"

interface ControlProps {
  readonly id?: string
  readonly "aria-describedby"?: string | undefined
  readonly "aria-invalid"?: boolean | undefined
}

interface Props {
  readonly label: string
  readonly help?: string
  readonly problem?: string | undefined
  /** One input, textarea or select. */
  readonly children: ReactElement<ControlProps>
}

export const Field = ({ children, help, label, problem }: Props) => {
  const id = useId()
  const described = [help === undefined ? "" : `${id}-help`, problem === undefined ? "" : `${id}-problem`]
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, {
        id,
        "aria-describedby": described.join(" ").trim() || undefined,
        "aria-invalid": problem === undefined ? undefined : true
      })}
      {help !== undefined && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {problem !== undefined && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
