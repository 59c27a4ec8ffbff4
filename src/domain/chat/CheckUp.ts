/** One thing that was looked at of a chat platform. */
export interface CheckUp {
  /** The platform. */
  readonly name: string
  readonly status: "ok" | "warn" | "fail"
  readonly detail: string
  /** What to do; there where something is to be done. */
  readonly mend?: string
}
