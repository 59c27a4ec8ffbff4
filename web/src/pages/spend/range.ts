/** How far back the page looks, and its days. */
import { queryOptions } from "@tanstack/react-query"
import { call } from "../../api/client.ts"

export const ranges = [7, 30, 90] as const
export type Range = (typeof ranges)[number]
export type Group = "day" | "channel" | "task" | "model"

const day = 86_400_000
const two = (value: number) => String(value).padStart(2, "0")
const keyOf = (at: Date) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`

/** Today is the last; calendar days, so that a clock that changes skips none. */
export const daysOf = (range: Range, today = new Date()): ReadonlyArray<string> =>
  Array.from({ length: range }, (_, at) =>
    keyOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - (range - 1 - at), 12))
  )

export const spendQuery = (group: Group, range: Range) =>
  queryOptions({
    queryKey: ["spend", group, range],
    queryFn: () => call("GET /api/spend", { query: { group, from: new Date(Date.now() - range * day).toISOString() } }),
    refetchInterval: 30_000
  })
