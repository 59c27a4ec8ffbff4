/** One thing that the doctor has looked at. */
import { Schema } from "effect"

export const Finding = Schema.Struct({
  name: Schema.String,
  status: Schema.Literals(["ok", "warn", "fail"]),
  detail: Schema.String,
  /** What to do; there where something is to be done. */
  mend: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Finding" })
export type Finding = typeof Finding.Type

export const ok = (name: string, detail: string): Finding => ({ name, status: "ok", detail })
export const warn = (name: string, detail: string, mend?: string): Finding => ({
  name,
  status: "warn",
  detail,
  ...(mend !== undefined && { mend })
})
export const fail = (name: string, detail: string, mend: string): Finding => ({ name, status: "fail", detail, mend })
