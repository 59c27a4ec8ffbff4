/** One thing that the doctor has looked at. */
export interface Finding {
  readonly name: string
  readonly status: "ok" | "warn" | "fail"
  readonly detail: string
  /** What to do; there where something is to be done. */
  readonly mend?: string
}

export const ok = (name: string, detail: string): Finding => ({ name, status: "ok", detail })
export const warn = (name: string, detail: string, mend?: string): Finding => ({
  name,
  status: "warn",
  detail,
  ...(mend !== undefined && { mend })
})
export const fail = (name: string, detail: string, mend: string): Finding => ({ name, status: "fail", detail, mend })
