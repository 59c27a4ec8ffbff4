/** When a task would be due as it is written now; asked once nobody has typed for a moment. */
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { call, Problem, type Task } from "../../api/client.ts"
import type { Draft } from "./draft.ts"

const pause = 250

const useSettled = <A>(value: A): A => {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** `kept`: the task as it is stored, whose own instants count as long as its schedule is left alone. */
export const usePreview = ({ schedule, timezone, type }: Draft, kept: Task | undefined) => {
  const written = useSettled(JSON.stringify([type, schedule.trim(), timezone.trim()]))
  const same =
    kept !== undefined && written === JSON.stringify([kept.type, kept.schedule, kept.timezone ?? ""]) && kept.enabled
  const { data, error } = useQuery({
    queryKey: ["preview", written],
    queryFn: () => {
      const [type, schedule, timezone] = JSON.parse(written) as [Task["type"], string, string]
      return call("POST /api/tasks/preview", { body: { type, schedule, ...(timezone !== "" && { timezone }) } })
    },
    enabled: schedule.trim() !== "" && !same,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false
  })
  const fields = error instanceof Problem ? error.fields : {}
  // What is wrong in a way that no field is named for stands under the schedule.
  const problem = fields["schedule"] ?? (error !== null && fields["timezone"] === undefined ? error.message : undefined)
  if (schedule.trim() === "") return { zone: data?.zone }
  if (same) return { next: kept.next_runs ?? [], zone: kept.zone }
  return {
    ...(error === null && data !== undefined && { next: data.next_runs }),
    zone: data?.zone,
    ...(problem !== undefined && { schedule: problem }),
    ...(fields["timezone"] !== undefined && { timezone: fields["timezone"] })
  }
}
