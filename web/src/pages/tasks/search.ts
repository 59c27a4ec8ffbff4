/** How tasks are shown, as the address says it: `/tasks?view=month&from=2030-01-31&channel=local:shop`. */

export const views = ["list", "week", "month"] as const
export type View = (typeof views)[number]

export interface TasksSearch {
  /** `list` where it is not there. */
  readonly view?: View
  /** A day of the week or month that is shown; today's where it is not there. */
  readonly from?: string
  readonly channel?: string
}

export const tasksSearch = ({ channel, from, view }: Readonly<Record<string, unknown>>): TasksSearch => {
  const known = views.find((each) => each === view)
  return {
    ...(known !== undefined && { view: known }),
    ...(typeof from === "string" && /^\d{4}-\d{2}-\d{2}$/.test(from) && !Number.isNaN(Date.parse(from)) && { from }),
    ...(typeof channel === "string" && channel !== "" && { channel })
  }
}
