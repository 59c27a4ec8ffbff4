/** Which runs are shown, as the address says it: `/runs?channel=local:shop&status=failed&task=3`. */
import type { Run } from "../../api/client.ts"

export interface RunsSearch {
  readonly channel?: string
  readonly status?: Run["status"]
  readonly task?: number
}

/** How a run can have ended. */
export const ends = ["completed", "failed", "stopped", "timed_out"] as const

/** What is no filter is left out: an address can say anything. */
export const runsSearch = ({ channel, status, task }: Readonly<Record<string, unknown>>): RunsSearch => {
  const end = ends.find((each) => each === status)
  return {
    ...(typeof channel === "string" && channel !== "" && { channel }),
    ...(end !== undefined && { status: end }),
    ...(typeof task === "number" && Number.isInteger(task) && task > 0 && { task })
  }
}
